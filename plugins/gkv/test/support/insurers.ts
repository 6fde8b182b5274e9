import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import { type GkvSandbox, startGkvSandbox } from '../../../../sandbox/gkv/index.ts';

/** The stand-in of the insurers with its control interface. */
export interface Insurers {
  readonly sandbox: { readonly url: string; readonly dataDirectory: string };
  code(order?: object): Promise<string>;
  fault(kind: string, more?: object): Promise<void>;
  exchanges(): Promise<readonly InsurerExchange[]>;
  close(): Promise<void>;
}

/** What the insurer noted of a message. */
export interface InsurerExchange {
  readonly verfahren?: string;
  readonly freischaltcode?: string;
  readonly invoiceNumber?: string;
  readonly result: string;
}

/** Starts the real sandbox; its keys are kept for the run of the machine, because making them takes long. */
export async function startInsurers(): Promise<Insurers> {
  const pki = join(tmpdir(), 'gkv-test-pki');
  const dataDirectory = await mkdtemp(join(tmpdir(), 'gkv-test-'));
  await sharePki(pki, dataDirectory);
  const running: GkvSandbox = await alone(`${pki}.lock`, async () => {
    const started = await startGkvSandbox({
      port: 0,
      dataDirectory,
      clock: { now: () => Date.now() },
      log: () => undefined,
    });
    await started.ready;
    return started;
  });
  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${running.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  };
  return {
    sandbox: { url: running.url, dataDirectory },
    code: async (order = {}) => ((await post('/sandbox/codes', order)) as { code: string }).code,
    fault: async (kind, more = {}) => {
      await post('/sandbox/faults', { kind, ...more });
    },
    exchanges: async () => {
      const response = await fetch(`${running.url}/sandbox/exchanges`);
      return ((await response.json()) as { exchanges: InsurerExchange[] }).exchanges;
    },
    async close() {
      await running.close();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

/** Symbolic link to the shared keys of the tests. */
async function sharePki(shared: string, dataDirectory: string): Promise<void> {
  await mkdir(shared, { recursive: true, mode: 0o700 });
  await symlink(shared, join(dataDirectory, 'pki'));
}

/** Two test files that make the same keys at once would end with the key of one and the certificate of the other. */
async function alone<T>(lock: string, work: () => Promise<T>): Promise<T> {
  const end = Date.now() + 150_000;
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch (error) {
      if (!isNativeError(error) || !('code' in error) || error.code !== 'EEXIST') throw error;
      // Left behind by a run that was killed.
      if (Date.now() > end) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}
