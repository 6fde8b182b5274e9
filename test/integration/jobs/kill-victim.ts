// Runs jobs until it is killed: the test sends SIGKILL while a job is under way.
import { Client } from 'pg';
import { databaseOn, type FreshDatabase, queueOn } from './fresh-database.ts';

const runtimeUrl = process.argv[2] ?? '';
const queue = queueOn({ runtimeUrl } as FreshDatabase, databaseOn(runtimeUrl));
const effects = new Client(runtimeUrl);
await effects.connect();
queue.handle('kill', async (payload) => {
  await effects.query('insert into effect (pid, step) values ($1, $2)', [process.pid, payload]);
  process.stdout.write(`begun ${String(process.pid)}\n`);
  await new Promise(() => undefined);
});
await queue.start();
