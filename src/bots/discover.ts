import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BotError } from './bot-error.ts';
import { type BotManifest, readBotManifest } from './manifest.ts';

/** A bot that can be run. */
export interface Bot {
  readonly manifest: BotManifest;
  /** `file:` URL of `bot.ts`. */
  readonly module: string;
}

/**
 * Reads the manifests of the enabled bots; their code is loaded by the worker of each run.
 * @param enabled names; every folder with a `bot.json` when absent.
 * @returns bots by name.
 * @throws BotError `BOT_NOT_FOUND`, `BOT_MANIFEST_INVALID`, `BOT_NAME_DIFFERS`
 */
export async function discoverBots(
  directory: string,
  enabled?: readonly string[],
): Promise<ReadonlyMap<string, Bot>> {
  const names = enabled ?? (await botFolders(directory));
  const bots = await Promise.all(
    [...names].sort().map(async (name) => {
      const bot = await readBot(directory, name);
      return [name, bot] as const;
    }),
  );
  return new Map(bots);
}

async function readBot(directory: string, name: string): Promise<Bot> {
  const module = join(directory, name, 'bot.ts');
  let json: string;
  try {
    await access(module);
    json = await readFile(join(directory, name, 'bot.json'), 'utf8');
  } catch (error) {
    throw new BotError('BOT_NOT_FOUND', name, {}, error);
  }
  return { manifest: readBotManifest(json, name), module: pathToFileURL(module).href };
}

async function botFolders(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const found = await Promise.all(
    folders.map(async (name) =>
      (await readdir(join(directory, name))).includes('bot.json') ? [name] : [],
    ),
  );
  return found.flat();
}
