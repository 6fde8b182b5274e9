import type { ReadFile } from './from-files.ts';
import type { Layers } from './layers.ts';
import { closest } from './closest.ts';
import { listSettings, type Setting } from './settings-list.ts';
import type { KeyPath } from './tree.ts';

/** Environment variables as Node gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that name no setting: the configuration file, and what tests read for themselves. */
const OTHER_VARIABLES = /^DIGA_(?:CONFIG|TEST_\w+)$/;
/** `DIGA_PLUGINS__UPDATE_GATE__MIN_VERSION` is `minVersion` of the plugin `update-gate`. */
const PLUGIN_VARIABLE = /^DIGA_PLUGINS__([A-Z][A-Z0-9_]*?)__([A-Z][A-Z0-9_]*)$/;
const SETTINGS: ReadonlyMap<string, Setting> = new Map(
  listSettings().map((setting) => [setting.variable, setting]),
);
/** `DIGA_BOTS_SECRETS__GKV_BILLING__API_KEY` is the secret `API_KEY` of the bot `gkv-billing`. */
const BOT_SECRET_VARIABLE = /^DIGA_BOTS_SECRETS__([A-Z][A-Z0-9_]*?)__([A-Za-z_][A-Za-z0-9_]*)$/;
/** Secrets are short; this also keeps a device file from being read for ever. */
const LONGEST_SECRET = 65_536;

/**
 * Puts the environment on top: `DIGA_*` per setting, `PORT` as hosting platforms set it, and `*_FILE` for values that lie
 * in a file, as container platforms mount secrets. A variable that names no setting is a problem, not ignored.
 */
export function mergeEnvironment(
  layers: Layers,
  environment: Environment,
  readFile: ReadFile,
): void {
  const { PORT: port } = environment;
  if (port !== undefined && environment['DIGA_HTTP_PORT'] === undefined) {
    layers.set(['http', 'port'], typed('integer', port), 'environment PORT');
  }
  for (const [name, value] of Object.entries(environment).sort()) {
    if (value === undefined || !name.startsWith('DIGA_') || OTHER_VARIABLES.test(name)) continue;
    const fromFile = name.endsWith('_FILE') && !SETTINGS.has(name);
    const base = fromFile ? name.slice(0, -'_FILE'.length) : name;
    const target = targetOf(base);
    if (target === undefined) {
      const known = closest(base, [...SETTINGS.keys()]);
      const expected = `no such setting${known === undefined ? '' : `; did you mean ${known}?`}`;
      layers.problems.push({ key: '', source: `environment ${name}`, expected });
      continue;
    }
    const text = fromFile ? readSecret(value, name, target.path, layers, readFile) : value;
    if (text !== undefined) {
      layers.set(
        target.path,
        typed(target.type, text),
        `${fromFile ? 'secret file' : 'environment'} ${name}`,
      );
    }
  }
}

function targetOf(variable: string): { path: KeyPath; type: Setting['type'] | 'any' } | undefined {
  const setting = SETTINGS.get(variable);
  if (setting !== undefined) return setting;
  const [, bot, secret] = BOT_SECRET_VARIABLE.exec(variable) ?? [];
  if (bot !== undefined && secret !== undefined) {
    return { path: ['bots', 'secrets', kebabCase(bot), secret], type: 'string' };
  }
  const [, plugin, keys] = PLUGIN_VARIABLE.exec(variable) ?? [];
  if (plugin === undefined || keys === undefined) return undefined;
  return { path: ['plugins', kebabCase(plugin), ...keys.split('__').map(camelCase)], type: 'any' };
}

function kebabCase(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

function camelCase(key: string): string {
  return key.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function readSecret(
  file: string,
  variable: string,
  path: KeyPath,
  layers: Layers,
  readFile: ReadFile,
): string | undefined {
  const text = readFile(file);
  if (text !== undefined && text.length <= LONGEST_SECRET) return text.replace(/\r?\n$/, '');
  layers.problems.push({
    key: path.join('.'),
    source: `environment ${variable}`,
    expected: `a readable file of at most ${LONGEST_SECRET} characters`,
  });
  return undefined;
}

/** Text as the type that the schema wants; what does not fit stays text, and the schema complains. */
function typed(type: Setting['type'] | 'any', text: string): unknown {
  if (type === 'integer' || type === 'number') {
    return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : text;
  }
  if (type === 'boolean' || type === 'any') {
    if (text === 'true') return true;
    if (text === 'false') return false;
  }
  return text;
}
