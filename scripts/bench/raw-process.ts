import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type AdminConnection, connected } from './cluster-access.ts';
import { stopProcess } from './server-process.ts';

/** What the raw app is started with. */
export interface RawOptions {
  readonly connection: AdminConnection;
  readonly connections: number;
  /** Numbers of the resource types in the copied rows. */
  readonly types: Readonly<Record<string, number>>;
  /** Number above those of all copied rows. */
  readonly firstRow: number;
}

/** The running raw app. */
export interface RawProcess {
  readonly origin: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the raw app on a copy of the server's database. */
export async function startRawProcess(
  clinical: AdminConnection,
  raw: AdminConnection,
  connections: number,
): Promise<RawProcess> {
  const [types, firstRow] = await connected(clinical, async (client) => {
    const { rows } = await client.query<{ code: number; name: string }>(
      'select code, name from resource_type',
    );
    const last = await client.query<{ last: string }>('select max(rid) as last from resource');
    return [
      Object.fromEntries(rows.map(({ code, name }) => [name, code])),
      Number(last.rows[0]?.last ?? 0) + 1_000_000,
    ] as const;
  });
  const child = fork(join(import.meta.dirname, 'raw-app.ts'), { env: {} });
  const options: RawOptions = { connection: raw, connections, types, firstRow };
  child.send(options);
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new TypeError('The raw app ended before it was ready.');
    }),
  ])) as [{ port: number }];
  return {
    origin: `http://127.0.0.1:${message.port}`,
    pid: child.pid ?? 0,
    stop: () => stopProcess(child),
  };
}
