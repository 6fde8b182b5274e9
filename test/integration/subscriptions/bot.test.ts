import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { idOf } from '../../support/id-of.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { botFolder } from '../bots/bot-folder.ts';

let server: TestServer;
let bots: string;

beforeAll(async () => {
  bots = await botFolder({
    note: {
      handler: `
        const resource = event.input.deletedResource ?? event.input;
        if (resource.code.text === 'fails') throw new Error('no');
        const kind = event.input.deletedResource === undefined ? 'written' : 'deleted';
        await medplum.createResource({
          resourceType: 'Communication', status: 'completed',
          payload: [{ contentString: kind + ' ' + resource.code.text + ' for ' + event.requester.reference }],
        });`,
    },
  });
  server = await startTestServer({ bots });
  await server.as('admin').put('AccessPolicy/writer', {
    resourceType: 'AccessPolicy',
    id: 'writer',
    resource: [{ resourceType: 'Communication' }],
  });
  await server.as('admin').put('ProjectMembership/note', {
    resourceType: 'ProjectMembership',
    id: 'note',
    project: { reference: 'Project/test' },
    user: { reference: 'User/note' },
    profile: { reference: 'Bot/note' },
    access: [{ policy: { reference: 'AccessPolicy/writer' } }],
  });
}, 60_000);

afterAll(async () => {
  await server.close();
  await rm(bots, { recursive: true, force: true });
}, 30_000);

async function until<T>(read: () => Promise<T>, enough: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const value = await read();
    if (enough(value)) return value;
    if (Date.now() > end) throw new Error(`It stays at ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

describe('Medplum Subscription with channel.endpoint Bot/<name>', () => {
  test('runs the bot with the resource, and ends when it keeps failing', async () => {
    const full = server.as('full');
    const made = await full.post('Subscription', {
      resourceType: 'Subscription',
      status: 'active',
      reason: 'test',
      criteria: 'Observation',
      channel: { type: 'rest-hook', endpoint: 'Bot/note' },
      extension: [
        {
          url: 'https://medplum.com/fhir/StructureDefinition/subscription-max-attempts',
          valueInteger: 2,
        },
      ],
    });
    expect(made.status).toBe(201);
    const write = (text: string) =>
      full.post('Observation', { resourceType: 'Observation', status: 'final', code: { text } });
    const id = idOf((await write('a')).json());
    await full.delete(`Observation/${id}`);
    const notes = async (): Promise<readonly string[]> => {
      const bundle = (await full.get('Communication?_sort=_lastUpdated')).json<{
        entry?: { resource: { payload: { contentString: string }[] } }[];
      }>();
      return (bundle.entry ?? []).map(({ resource }) => resource.payload[0]?.contentString ?? '');
    };
    expect(await until(notes, ({ length }) => length === 2)).toEqual([
      'written a for ClientApplication/full',
      'deleted a for ClientApplication/full',
    ]);
    await write('fails');
    const read = async () => (await full.get(`Subscription/${idOf(made.json())}`)).json();
    const ended = await until(read, ({ status }) => status === ('error' as never));
    expect(ended['error']).toMatch(/in 2 attempts: BOT_FAILED/);
  }, 150_000);
});
