import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { HostServices } from '../../../src/plugin/host-services.ts';
import { type LoadPluginsOptions, loadPlugins } from '../../../src/plugin/host.ts';
import type { PluginRepository } from '../../../src/plugin/sdk.ts';
import type { Database } from '../../../src/storage/database.ts';

/** What the plugins of a test did with the host. */
export interface Recording {
  readonly log: Record<string, unknown>[];
  readonly calls: string[];
}

/** Folder with one folder per plugin; values are the body of `plugin.ts`. */
export async function pluginFolder(plugins: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'diga-plugins-'));
  for (const [name, source] of Object.entries(plugins)) {
    await mkdir(join(directory, name));
    await writeFile(join(directory, name, 'plugin.ts'), source);
  }
  return directory;
}

/** Source of a plugin with the members that every one has. */
export function plugin(name: string, members = '', register = ''): string {
  return `export default {
    name: '${name}', version: '1.0.0', sdk: '^0.1.0', ${members}
    async register(host: any) { ${register} },
  };`;
}

export function recorder(): Recording {
  return { log: [], calls: [] };
}

export function services(record: Recording, directory: string): HostServices {
  const write = (line: string): void => {
    record.log.push(JSON.parse(line) as Record<string, unknown>);
  };
  return {
    mode: 'sandbox',
    log: pino({ level: 'info' }, { write }),
    clock: { now: () => 0 },
    origin: 'https://diga.example',
    dataDirectory: join(directory, '.data'),
    databases: {
      accounts: { name: 'accounts' } as Database,
      billing: { name: 'billing' } as Database,
    },
    repositoryFor: (reference, policy) => {
      record.calls.push(`repository ${reference} ${String(policy.resource.length)}`);
      return {} as PluginRepository;
    },
    jobsFor: (database) => ({
      enqueue: async (_tx, name) => {
        record.calls.push(`enqueue ${database} ${name}`);
      },
      handle: (name) => {
        record.calls.push(`handle ${database} ${name}`);
      },
    }),
    migrate: async (database, _directory, area) => {
      record.calls.push(`migrate ${database} ${area}`);
    },
    executeBot: async (name, input, { requester }) => ({ name, input, requester }),
    asCaller: () => Promise.reject(new TypeError('Nobody calls here')),
    asIdentity: () => Promise.reject(new TypeError('Nobody signs in here')),
    audit: async (event) => {
      record.calls.push(`audit ${event.agent ?? ''}`);
    },
  };
}

/** Loads plugins given as source, and removes the folder again. */
export async function load(
  plugins: Readonly<Record<string, string>>,
  options: Partial<LoadPluginsOptions> = {},
  record: Recording = recorder(),
) {
  const directory = await pluginFolder(plugins);
  try {
    return await loadPlugins({
      directory,
      config: {},
      services: services(record, directory),
      reservedPrefixes: ['/fhir'],
      authenticatorRequired: false,
      ...options,
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}
