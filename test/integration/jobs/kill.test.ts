import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  databaseOn,
  type FreshDatabase,
  freshDatabase,
  migrateJobs,
  queueOn,
} from './fresh-database.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await freshDatabase();
  await migrateJobs(fresh);
  await fresh.owner(async (client) => {
    await client.query('create table effect (pid int, step int)');
  });
});
afterAll(async () => {
  await fresh.drop();
});

async function victim(): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('kill-victim.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', script, fresh.runtimeUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return child;
}

describe('job queue: at least once', () => {
  test('a job whose process is killed with SIGKILL runs again within seconds, five times over', async () => {
    const database = databaseOn(fresh.runtimeUrl);
    const queue = queueOn(fresh, database);
    await queue.enqueue(database, 'kill', 7, { maxAttempts: 10 });
    const pauses: number[] = [];
    let killedAt = 0;
    for (let round = 0; round < 5; round += 1) {
      const child = await victim();
      if (child.stdout === null) throw new Error('The child has no output');
      await once(child.stdout, 'data');
      if (killedAt > 0) pauses.push(performance.now() - killedAt);
      child.kill('SIGKILL');
      await once(child, 'exit');
      killedAt = performance.now();
    }
    const seen: number[] = [];
    queue.handle('kill', async (_, { attempt }) => {
      seen.push(attempt);
    });
    await queue.start();
    const start = performance.now();
    while (seen.length === 0 && performance.now() - start < 5_000) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await queue.stop();
    const effects = await database.query<{ pid: number }>({ text: 'select pid from effect' });
    await database.close();
    expect(new Set(effects.map((row) => row.pid)).size).toBe(5);
    expect(seen).toEqual([6]);
    // The start of the child process is part of each pause.
    expect(Math.max(...pauses)).toBeLessThan(5_000);
  }, 60_000);

  test('a job that kills its process each time counts as failed in the end', async () => {
    const database = databaseOn(fresh.runtimeUrl);
    const queue = queueOn(fresh, database);
    await queue.enqueue(database, 'kill', 8, { maxAttempts: 1 });
    const child = await victim();
    if (child.stdout === null) throw new Error('The child has no output');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await queue.start();
    const start = performance.now();
    while ((await queue.statistics()).failed === 0 && performance.now() - start < 5_000) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const rows = await database.query({ text: 'select last_error from diga_job' });
    await queue.stop();
    await database.close();
    expect(rows).toEqual([{ last_error: 'RUNNER_DIED' }]);
  }, 30_000);
});
