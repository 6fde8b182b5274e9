import { type IsolationLevel } from '../../../src/bots/isolated/isolation-level.ts';
import type { BotRequest, BotResponse } from '../../../src/bots/messages.ts';
import { ProcessPool } from '../../../src/bots/isolated/process-pool.ts';
import { type IsolatedContext, runInProcess } from '../../../src/bots/isolated/run-in-process.ts';
import type { RunEnd } from '../../../src/bots/run-in-worker.ts';

/** Runs code in real processes as deployed bots are run. */
export interface IsolatedRuns {
  /** @param body of the handler; `module` scope where it begins with `exports.` */
  run(body: string, more?: Partial<IsolatedContext> & { input?: unknown }): Promise<RunEnd>;
  readonly requests: BotRequest[];
  readonly log: string[];
  close(): Promise<void>;
}

/** Processes of one level of isolation, each with a heap of `memoryMb`. */
export function isolatedRuns(level: IsolationLevel, memoryMb = 64): IsolatedRuns {
  const pool = new ProcessPool(level, memoryMb, 1);
  const requests: BotRequest[] = [];
  const log: string[] = [];
  const answer = (request: BotRequest): Promise<BotResponse> => {
    requests.push(request);
    const body = JSON.stringify({ resourceType: 'Patient', id: 'p' });
    const headers = { 'content-type': 'application/fhir+json' };
    return Promise.resolve({ status: 200, headers, body });
  };
  return {
    requests,
    log,
    async run(body, { input = null, ...more } = {}) {
      const code = body.startsWith('exports.')
        ? body
        : `exports.handler = async (medplum, event) => { ${body} };`;
      const process = await pool.take();
      const end = await runInProcess(
        process,
        {
          kind: 'run',
          code,
          origin: 'https://diga.example',
          event: {
            bot: { reference: 'Bot/x' },
            contentType: 'application/json',
            input,
            secrets: {},
          },
        },
        {
          limit: 10_000,
          signal: undefined,
          answer,
          outside: () => Promise.resolve({ status: 0, headers: { 'x-refused': 'not allowed' } }),
          log: (_level, text) => log.push(text),
          ...more,
        },
      );
      pool.refill();
      return end;
    },
    close: () => pool.close(),
  };
}
