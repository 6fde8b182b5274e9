import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { type BotRuntimeOptions, createBotRuntime } from '../../../src/bots/bot-runtime.ts';
import { discoverBots } from '../../../src/bots/discover.ts';

/** A bot of a test: the body of its handler, and what its manifest says beside the name. */
export interface TestBot {
  readonly handler?: string;
  readonly source?: string;
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** Folder with real bots. */
export async function botFolder(bots: Readonly<Record<string, TestBot>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'diga-bots-'));
  for (const [name, bot] of Object.entries(bots)) {
    await mkdir(join(directory, name));
    const source = `export async function handler(medplum: any, event: any) { ${bot.handler ?? ''} }`;
    await writeFile(join(directory, name, 'bot.ts'), bot.source ?? source);
    const manifest = { name, description: 'A bot of a test', timeoutSeconds: 20, ...bot.manifest };
    await writeFile(join(directory, name, 'bot.json'), JSON.stringify(manifest));
  }
  return directory;
}

/** Runtime over bots of a test; `log` collects what is logged. */
export async function runtimeOver(
  bots: Readonly<Record<string, TestBot>>,
  options: Partial<BotRuntimeOptions> = {},
) {
  const directory = await botFolder(bots);
  const log: Record<string, unknown>[] = [];
  const runtime = createBotRuntime({
    bots: await discoverBots(directory),
    secretsOf: () => ({}),
    dispatch: async () => ({ status: 404, headers: {} }),
    log: pino({ level: 'debug' }, { write: (line) => log.push(JSON.parse(line) as never) }),
    origin: 'https://diga.example',
    ...options,
  });
  return {
    runtime,
    log,
    directory,
    close: async () => {
      await runtime.close();
      await rm(directory, { recursive: true });
    },
  };
}
