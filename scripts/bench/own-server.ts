import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type AdminConnection, adminConnection, connected } from './cluster-access.ts';
import { openTarget } from './drive.ts';
import { storedKeys, type StoredKeys } from './index-keys.ts';
import type { Side } from './measure.ts';
import { processTime, residentMemory, treeTime } from './processor-time.ts';
import { createRawDatabase } from './raw-database.ts';
import { startRawProcess } from './raw-process.ts';
import { startServerProcess } from './server-process.ts';
import type { Identity } from './workload.ts';

/** Milliseconds between two looks whether the ledger is sealed. */
const SEAL_LOOK = 100;

const UNSEALED = `select exists (select from audit_event
  where seq > coalesce((select highest_seq from audit_leaves order by first desc limit 1), 0)) as open`;

/** Our server under test with everything around it. */
export interface OwnServer {
  readonly base: string;
  /** Origin of the listening server. */
  readonly origin: string;
  readonly startMilliseconds: number;
  readonly clinical: AdminConnection;
  side(identity: Identity): Side;
  /** Resolves when all rows of the ledger are sealed: work that the accesses before have caused. */
  sealed(): Promise<void>;
  /** Tokens live for minutes, a run may take longer. */
  renewTokens(): Promise<void>;
  /** Copies the database and starts the raw app on the copy. */
  startRaw(): Promise<{ readonly side: Side; readonly keys: StoredKeys }>;
  memory(): { readonly now: number; readonly highest: number } | undefined;
  /** Ends all processes and removes their data. */
  close(): Promise<void>;
}

/** Starts our server on an empty data directory. @param entry the module that is run; the product's own unless told */
export async function openOwnServer(
  connections: number,
  settings: readonly string[],
  profile: string | undefined,
  entry?: string,
): Promise<OwnServer> {
  // A short path: the folder of a Unix socket lies below it.
  const dataDirectory = await mkdtemp(join(tmpdir(), 'bench-'));
  const remove = (): Promise<void> => rm(dataDirectory, { recursive: true, force: true });
  const nodeOptions = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const server = await startServerProcess(dataDirectory, settings, nodeOptions, entry).catch(
    async (error: unknown) => {
      await remove();
      throw error;
    },
  );
  const stops: (() => Promise<void>)[] = [remove, () => server.stop()];
  const tokens: Record<Identity, string> = { full: '', patient: '' };
  const postgres = treeTime(server.postgresPid);
  const clocks = { server: processTime(server.pid), PostgreSQL: postgres };
  const target = (identity: Identity) => {
    const opened = openTarget(server.origin, connections, () => ({
      authorization: `Bearer ${tokens[identity]}`,
    }));
    stops.push(() => opened.close());
    return opened;
  };
  const sides = {
    full: { target: target('full'), clocks },
    patient: { target: target('patient'), clocks },
  };
  const clinical = await adminConnection(dataDirectory, 'diga_clinical');
  return {
    base: '/fhir/R4',
    origin: server.origin,
    startMilliseconds: server.startMilliseconds,
    clinical,
    side: (identity) => sides[identity],
    sealed: () =>
      connected(clinical, async (client) => {
        for (;;) {
          const { rows } = await client.query<{ open: boolean }>(UNSEALED);
          if (rows[0]?.open !== true) return;
          await setTimeout(SEAL_LOOK);
        }
      }),
    async renewTokens() {
      for (const identity of ['full', 'patient'] as const)
        tokens[identity] = await server.token(identity);
    },
    async startRaw() {
      const keys = await storedKeys(clinical);
      const raw = await startRawProcess(clinical, await createRawDatabase(clinical), connections);
      stops.push(() => raw.stop());
      const opened = openTarget(raw.origin, connections, () => ({}));
      stops.push(() => opened.close());
      return {
        side: { target: opened, clocks: { app: processTime(raw.pid), PostgreSQL: postgres } },
        keys,
      };
    },
    memory: () => residentMemory(server.pid),
    async close() {
      for (const stop of stops.reverse()) await stop();
    },
  };
}
