import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunnableJobQueue } from '../../../src/jobs/job-queue.ts';
import type { Database } from '../../../src/storage/database.ts';
import {
  databaseOn,
  type FreshDatabase,
  freshDatabase,
  migrateJobs,
  queueOn,
  until,
} from './fresh-database.ts';

let fresh: FreshDatabase;
let database: Database;
let started: RunnableJobQueue[] = [];

beforeAll(async () => {
  fresh = await freshDatabase();
  await migrateJobs(fresh);
  database = databaseOn(fresh.runtimeUrl);
});
beforeEach(async () => {
  await database.query({ text: 'delete from diga_job' });
});
afterEach(async () => {
  await Promise.all(started.map((queue) => queue.stop(0)));
  started = [];
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});

async function startedQueue(options: Parameters<typeof queueOn>[2] = {}) {
  const queue = queueOn(fresh, database, options);
  started.push(queue);
  await queue.start();
  return queue;
}

describe('job queue: enqueue', () => {
  test('a committed job runs with its payload, in the order of enqueueing', async () => {
    const queue = await startedQueue({ concurrency: 1 });
    const seen: unknown[] = [];
    queue.handle('note', async (payload) => {
      seen.push(payload);
    });
    await database.transaction(async (tx) => {
      for (const index of [1, 2, 3]) await queue.enqueue(tx, 'note', { index, text: 'ä\u0000"' });
    });
    await until(() => seen.length === 3);
    expect(seen).toEqual([1, 2, 3].map((index) => ({ index, text: 'ä\u0000"' })));
    await until(async () => (await queue.statistics()).running === 0);
    expect(await queue.statistics()).toEqual({
      waiting: 0,
      delayed: 0,
      running: 0,
      failed: 0,
      lag: 0,
    });
  });

  test('a job of a transaction that rolls back does not exist', async () => {
    const queue = await startedQueue();
    const seen: unknown[] = [];
    queue.handle('note', async (payload) => {
      seen.push(payload);
    });
    const work = database.transaction(async (tx) => {
      await queue.enqueue(tx, 'note', 'rolled back');
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    await queue.enqueue(database, 'note', 'committed');
    await until(() => seen.length > 0);
    expect(seen).toEqual(['committed']);
  });

  test('a key makes the waiting job unique: the later payload and time win', async () => {
    const queue = await startedQueue();
    const runAt = new Date(Date.now() + 3_600_000);
    await queue.enqueue(database, 'note', 1, { key: 'a', runAt });
    await queue.enqueue(database, 'note', 2, { key: 'a' });
    await queue.enqueue(database, 'note', 3, { key: 'b' });
    const seen: unknown[] = [];
    queue.handle('note', async (payload) => {
      seen.push(payload);
    });
    await until(() => seen.length === 2);
    expect(seen).toEqual([2, 3]);
  });

  test('a job waits for its time', async () => {
    const queue = await startedQueue();
    let ranAt = 0;
    queue.handle('later', async () => {
      ranAt = Date.now();
    });
    const due = Date.now() + 600;
    await queue.enqueue(database, 'later', null, { runAt: new Date(due) });
    expect(await queue.statistics()).toMatchObject({ waiting: 0, delayed: 1 });
    await until(() => ranAt > 0);
    expect(ranAt).toBeGreaterThanOrEqual(due);
  });

  test.each([
    ['no JSON', () => undefined],
    ['too large', 'x'.repeat(1_000_001)],
  ])('a payload that is %s is refused', async (_, payload) => {
    const queue = queueOn(fresh, database);
    await expect(queue.enqueue(database, 'note', payload)).rejects.toThrow(TypeError);
  });
});

describe('job queue: run', () => {
  test('commit to run takes less than 100 ms', async () => {
    const queue = await startedQueue();
    let ran: (time: number) => void = () => undefined;
    queue.handle('fast', async () => {
      ran(performance.now());
    });
    const latencies: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const end = new Promise<number>((resolve) => {
        ran = resolve;
      });
      await queue.enqueue(database, 'fast', null);
      const committed = performance.now();
      latencies.push((await end) - committed);
    }
    latencies.sort((a, b) => a - b);
    expect(latencies[10]).toBeLessThan(100);
  });

  test('two nodes share the work and no job runs twice', async () => {
    const counts = new Map<unknown, number>();
    const nodes = new Set<number>();
    for (const node of [1, 2]) {
      const queue = await startedQueue({ concurrency: 2 });
      queue.handle('share', async (payload) => {
        nodes.add(node);
        counts.set(payload, (counts.get(payload) ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
      });
    }
    const queue = queueOn(fresh, database);
    await database.transaction(async (tx) => {
      for (let index = 0; index < 100; index += 1) await queue.enqueue(tx, 'share', index);
    });
    await until(async () => counts.size === 100 && (await queue.statistics()).running === 0);
    expect(new Set(counts.values())).toEqual(new Set([1]));
    expect(nodes.size).toBe(2);
  });

  test('jobs of one key never run at the same time, on whatever node', async () => {
    let running = 0;
    let most = 0;
    const begun: unknown[] = [];
    const work = async (payload: unknown) => {
      begun.push(payload);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 50));
      running -= 1;
    };
    const [queue] = await Promise.all([startedQueue(), startedQueue()]);
    for (const each of started) each.handle('one', work);
    for (let index = 0; index < 5; index += 1) {
      await queue.enqueue(database, 'one', index, { key: 'k' });
      await until(() => begun.length > index);
    }
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(1);
  });

  test('a thrown error leads to the next attempt after a delay, the last one to a failed job', async () => {
    const queue = await startedQueue();
    const attempts: [number, number][] = [];
    queue.handle('broken', async (_, { attempt }) => {
      attempts.push([attempt, performance.now()]);
      throw Object.assign(new Error('text with content'), { code: 'E_BROKEN' });
    });
    await queue.enqueue(database, 'broken', null, { maxAttempts: 2 });
    await until(async () => (await queue.statistics()).failed === 1);
    expect(attempts.map(([attempt]) => attempt)).toEqual([1, 2]);
    expect((attempts[1]?.[1] ?? 0) - (attempts[0]?.[1] ?? 0)).toBeGreaterThanOrEqual(990);
    const rows = await database.query({ text: 'select last_error, attempt from diga_job' });
    expect(rows).toEqual([{ last_error: 'E_BROKEN', attempt: 2 }]);
  });

  test('a failed attempt gives way to a newer job of its key', async () => {
    const queue = await startedQueue();
    const seen: unknown[] = [];
    queue.handle('key', async (payload) => {
      seen.push(payload);
      if (payload !== 'old') return;
      await queue.enqueue(database, 'key', 'new', { key: 'k' });
      throw new Error('fails');
    });
    await queue.enqueue(database, 'key', 'old', { key: 'k' });
    await until(() => seen.length === 2);
    await until(async () => (await queue.statistics()).running === 0);
    expect(seen).toEqual(['old', 'new']);
    expect(await database.query({ text: 'select id from diga_job' })).toEqual([]);
  });

  test('a job over its time limit is aborted and tried again', async () => {
    const queue = await startedQueue({ limit: 50 });
    const attempts: number[] = [];
    queue.handle('hang', async (_, { attempt, signal }) => {
      attempts.push(attempt);
      if (attempt > 1) return;
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    });
    await queue.enqueue(database, 'hang', null);
    await until(() => attempts.length === 2);
    expect(attempts).toEqual([1, 2]);
  });

  test('only names with a handler on this node are taken', async () => {
    const queue = await startedQueue();
    await queue.enqueue(database, 'foreign', null);
    queue.handle('own', async () => undefined);
    await queue.enqueue(database, 'own', null);
    await until(async () => {
      const { waiting, running } = await queue.statistics();
      return waiting === 1 && running === 0;
    });
    expect(await database.query({ text: 'select name from diga_job' })).toEqual([
      { name: 'foreign' },
    ]);
    expect(() => {
      queue.handle('own', async () => undefined);
    }).toThrow(TypeError);
  });
});

describe('job queue: stop', () => {
  test('stop waits for a running job', async () => {
    const queue = await startedQueue();
    let done = false;
    let begun = false;
    queue.handle('slow', async () => {
      begun = true;
      await new Promise((resolve) => setTimeout(resolve, 300));
      done = true;
    });
    await queue.enqueue(database, 'slow', null);
    await until(() => begun);
    await queue.stop(5_000);
    expect(done).toBe(true);
    expect(await queue.statistics()).toMatchObject({ waiting: 0, running: 0 });
  });

  test('after its grace the signal is aborted and the job waits for another node, the attempt uncounted', async () => {
    const queue = await startedQueue();
    let begun = false;
    queue.handle('endless', async (_, { signal }) => {
      begun = true;
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      });
    });
    await queue.enqueue(database, 'endless', null);
    await until(() => begun);
    await queue.stop(50);
    const rows = await database.query({ text: 'select attempt, runner, failed_at from diga_job' });
    expect(rows).toEqual([{ attempt: 0, runner: null, failed_at: null }]);
  });
});

describe('job queue: lost connection', () => {
  test('jobs of a lost connection are aborted, run again, and the queue goes on', async () => {
    const queue = await startedQueue();
    const attempts: number[] = [];
    queue.handle('cut', async (_, { signal, attempt }) => {
      attempts.push(attempt);
      if (attempts.length > 1) return;
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    });
    await queue.enqueue(database, 'cut', null);
    await until(() => attempts.length === 1);
    await fresh.owner(async (client) => {
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'diga-jobs' and datname = current_database()`,
      );
    });
    await until(() => attempts.length === 2);
    await until(async () => (await queue.statistics()).running === 0);
    expect(await queue.statistics()).toMatchObject({ waiting: 0, running: 0, failed: 0 });
  });
});

describe('job queue: schedule', () => {
  test('each time yields one job over all nodes, missed times yield one together', async () => {
    let now = Date.UTC(2026, 0, 1, 0, 0, 30);
    const seen: unknown[] = [];
    for (const _ of [1, 2]) {
      const queue = queueOn(fresh, database, { clock: { now: () => now } });
      queue.schedule('nightly', '*/5 * * * *');
      queue.handle('nightly', async (payload) => {
        seen.push(payload);
      });
      started.push(queue);
      await queue.start();
    }
    const next = async () => {
      const rows = await database.query<{ next_at: Date }>({
        text: 'select next_at from diga_job_schedule',
      });
      return rows[0]?.next_at.toISOString();
    };
    await until(async () => (await next()) === '2026-01-01T00:05:00.000Z');
    now = Date.UTC(2026, 0, 1, 0, 5, 1);
    await until(() => seen.length === 1);
    now = Date.UTC(2026, 0, 1, 3, 1, 0);
    await until(() => seen.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(seen).toEqual([
      { scheduledFor: '2026-01-01T00:05:00.000Z' },
      { scheduledFor: '2026-01-01T00:10:00.000Z' },
    ]);
    expect(await next()).toBe('2026-01-01T03:05:00.000Z');
  });
});
