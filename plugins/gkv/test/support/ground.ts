import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabases, type TestDatabases } from './databases.ts';
import { type GkvServer, gkvServer } from './gkv-server.ts';
import { type Insurers, startInsurers } from './insurers.ts';

/** Databases, insurers and a server of one test file. */
export interface Ground {
  readonly databases: TestDatabases;
  readonly insurers: Insurers;
  readonly server: GkvServer;
  readonly dataDirectory: string;
  /** Another server on the same databases. */
  start(config?: object): Promise<GkvServer>;
  close(): Promise<void>;
}

/** Quick pauses and short waits; everything else as in the sandbox. */
export const QUICK = {
  retryMs: Array.from({ length: 40 }, () => 300),
  redeemPerHour: 1000,
  timeouts: { connectMs: 4_000, totalMs: 4_000, answerMs: 20_000 },
};

/** Sets everything up. */
export async function ground(config: object = {}): Promise<Ground> {
  const databases = await createDatabases();
  const insurers = await startInsurers();
  const dataDirectory = await mkdtemp(join(tmpdir(), 'gkv-data-'));
  const start = (more: object = {}): Promise<GkvServer> =>
    gkvServer({
      urls: databases.urls,
      dataDirectory,
      sandbox: insurers.sandbox,
      config: { ...QUICK, ...config, ...more },
    });
  const server = await start();
  return {
    databases,
    insurers,
    server,
    dataDirectory,
    start,
    async close() {
      await server.close();
      await insurers.close();
      await databases.drop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}
