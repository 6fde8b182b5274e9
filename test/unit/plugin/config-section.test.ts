import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { readConfigSection } from '../../../src/plugin/config-section.ts';

const plain = { name: 'plain' };
const limited = { name: 'limited', config: z.strictObject({ limit: z.int().default(5) }) };

describe('the section of a plugin in the configuration', () => {
  test('a plugin without a schema may be switched on and off, and takes nothing else', async () => {
    expect(await readConfigSection(plain, undefined)).toBeUndefined();
    expect(await readConfigSection(plain, {})).toBeUndefined();
    await expect(readConfigSection(plain, { limit: 1 })).rejects.toMatchObject({
      code: 'PLUGIN_CONFIG_INVALID',
    });
  });

  test('a schema gives defaults, and problems by key without the value', async () => {
    expect(await readConfigSection(limited, undefined)).toEqual({ limit: 5 });
    const refused = readConfigSection(limited, { limit: 'canary' });
    await expect(refused).rejects.toThrow('plugins.limited.limit');
    await expect(refused).rejects.not.toThrow('canary');
  });
});
