import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GkvSandbox, type GkvSandboxOptions, startGkvSandbox } from '../../index.ts';

/** The instant at which the sandboxes of the tests begin. */
export const NOW = Date.parse('2026-03-02T09:00:00Z');

/** Starts a sandbox in a directory of its own. */
export async function runSandbox(more: Partial<GkvSandboxOptions> = {}): Promise<{
  readonly sandbox: GkvSandbox;
  readonly directory: string;
  readonly log: unknown[];
  stop(): Promise<void>;
}> {
  const directory = more.dataDirectory ?? mkdtempSync(join(tmpdir(), 'gkv-sandbox-'));
  const log: unknown[] = [];
  const sandbox = await startGkvSandbox({
    port: 0,
    dataDirectory: directory,
    clock: { now: () => NOW },
    log: (event, facts) => log.push({ event, ...facts }),
    ...more,
  });
  return {
    sandbox,
    directory,
    log,
    stop: async () => {
      await sandbox.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Calls the control interface. */
export async function control(
  sandbox: GkvSandbox,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const response = await fetch(`${sandbox.url}/sandbox/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
