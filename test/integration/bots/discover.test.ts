import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { discoverBots } from '../../../src/bots/discover.ts';
import { botFolder, runtimeOver } from './bot-folder.ts';

describe('bots: refusals at start', () => {
  test.each([
    ['an unknown member', { colour: 'red' }],
    ['a time limit over ten minutes', { timeoutSeconds: 601 }],
    ['a schedule that is none', { triggers: [{ schedule: 'daily' }] }],
    ['a date that does not exist', { triggers: [{ schedule: '0 0 31 2 *' }] }],
    ['a subscription that is none', { triggers: [{ subscription: 'patient' }] }],
    ['a network address with a path', { network: ['example.org/x'] }],
  ])('%s is BOT_MANIFEST_INVALID', async (_, manifest) => {
    const directory = await botFolder({ a: { manifest } });
    await expect(discoverBots(directory)).rejects.toMatchObject({
      code: 'BOT_MANIFEST_INVALID',
      bot: 'a',
    });
    await rm(directory, { recursive: true });
  });

  test('a manifest that is no JSON, another name, an absent bot', async () => {
    const directory = await botFolder({ a: {}, b: { manifest: { name: 'c' } } });
    await expect(discoverBots(directory, ['b'])).rejects.toMatchObject({
      code: 'BOT_NAME_DIFFERS',
    });
    await expect(discoverBots(directory, ['x'])).rejects.toMatchObject({ code: 'BOT_NOT_FOUND' });
    await writeFile(join(directory, 'a', 'bot.json'), '{');
    await expect(discoverBots(directory, ['a'])).rejects.toMatchObject({
      code: 'BOT_MANIFEST_INVALID',
    });
    await rm(directory, { recursive: true });
  });

  test('a secret that is not configured is BOT_SECRET_MISSING', async () => {
    const setup = runtimeOver({ a: { manifest: { secrets: ['toString'] } } });
    await expect(setup).rejects.toMatchObject({ code: 'BOT_SECRET_MISSING', bot: 'a' });
  });

  test('defaults are filled in', async () => {
    const directory = await botFolder({ a: {}, b: {} });
    const bots = await discoverBots(directory, ['a']);
    expect([...bots.keys()]).toEqual(['a']);
    expect(bots.get('a')?.manifest).toMatchObject({
      memoryMb: 128,
      secrets: [],
      network: [],
      triggers: [],
    });
    await rm(directory, { recursive: true });
  });
});
