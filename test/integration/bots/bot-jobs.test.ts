import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { enqueueBotRun, runBotsFromJobs } from '../../../src/bots/bot-jobs.ts';
import type { Database } from '../../../src/storage/database.ts';
import {
  databaseOn,
  type FreshDatabase,
  freshDatabase,
  migrateJobs,
  queueOn,
  until,
} from '../jobs/fresh-database.ts';
import { runtimeOver } from './bot-folder.ts';

jest.setTimeout(60_000);
let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  await migrateJobs(fresh);
  database = databaseOn(fresh.runtimeUrl);
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});

describe('bots as jobs', () => {
  test('an enqueued run that fails is repeated; a schedule starts its bot', async () => {
    let now = Date.UTC(2026, 0, 1, 2, 59, 0);
    const bodies: string[] = [];
    const { runtime, close } = await runtimeOver(
      {
        flaky: {
          handler:
            "const answer = await fetch('https://diga.example/note', { method: 'POST', body: JSON.stringify([event.input, event.requester]) }); if (answer.status !== 200) throw new Error('again');",
        },
        nightly: {
          handler:
            "await fetch('https://diga.example/note', { method: 'POST', body: JSON.stringify(event.input) });",
          manifest: { triggers: [{ schedule: '0 3 * * *' }] },
        },
      },
      {
        dispatch: async ({ body }) => {
          bodies.push(new TextDecoder().decode(body));
          return { status: bodies.length === 1 ? 500 : 200, headers: {} };
        },
      },
    );
    const queue = queueOn(fresh, database, { clock: { now: () => now } });
    runBotsFromJobs(queue, runtime);
    await queue.start();
    await enqueueBotRun(queue, database, { bot: 'flaky', input: { a: 1 }, requester: 'Patient/p' });
    await until(() => bodies.length === 2, 20_000);
    now = Date.UTC(2026, 0, 1, 3, 0, 1);
    await until(() => bodies.length === 3, 20_000);
    const flaky = '[{"a":1},{"reference":"Patient/p"}]';
    expect(bodies).toEqual([flaky, flaky, '{"scheduledFor":"2026-01-01T03:00:00.000Z"}']);
    await queue.stop();
    await close();
  });
});
