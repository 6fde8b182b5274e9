import type { LoadedConfig } from './load.ts';
import { listSettings } from './settings-list.ts';
import { type ConfigTree, isTree, leaves } from './tree.ts';

/** Keys whose values are secret wherever they stand; plugins' schemas are not known here. */
const SECRET_KEY = /secret|passw|token|(?:^|[a-z])(?:key|pin)$|^(?:key|pin)|credential/i;
const USER_INFO = /^(\w+:\/\/[^:@/]*):[^@]*@/;

/** One line of the effective configuration. */
export interface ExplainedSetting {
  readonly key: string;
  /** As YAML would show it; secrets are replaced. */
  readonly value: string;
  readonly source: string;
}

/** The effective configuration, one line a value, with the source of each and without secrets. */
export function explainConfig(loaded: LoadedConfig): ExplainedSetting[] {
  const secret = new Set(
    listSettings().flatMap((setting) => (setting.secret ? [setting.path.join('.')] : [])),
  );
  const tree: ConfigTree = { ...loaded.config };
  return [...leaves(tree)].flatMap(([path, value]) => {
    if (value === undefined) return [];
    // The section of a plugin stands at `plugins.<name>` in files, not at `plugins.<name>.section`.
    const written = path[0] === 'plugins' && path[2] === 'section' ? path.toSpliced(2, 1) : path;
    const key = written.join('.');
    const source = loaded.sourceOf(written);
    return [{ key, value: shown(key, value, secret, source), source }];
  });
}

/** {@link explainConfig} as aligned text. */
export function explainText(loaded: LoadedConfig): string {
  const rows = explainConfig(loaded);
  const width = (column: 'key' | 'value'): number =>
    Math.min(60, Math.max(...rows.map((row) => row[column].length)));
  const [keys, values] = [width('key'), width('value')];
  return rows
    .map((row) => `${row.key.padEnd(keys)}  ${row.value.padEnd(values)}  ${row.source}`)
    .join('\n');
}

function shown(key: string, value: unknown, secret: ReadonlySet<string>, source: string): string {
  if (typeof value === 'string' && USER_INFO.test(value)) return withoutPassword(value);
  const hidden = secret.has(key) || key.split('.').some((part) => SECRET_KEY.test(part));
  if (!isTree(value) && (hidden || source.startsWith('secret file'))) return '***';
  if (isTree(value)) return '{}';
  return typeof value === 'string' ? value : JSON.stringify(redactNested(value));
}

function withoutPassword(url: string): string {
  return url.replace(USER_INFO, '$1:***@').replace(/([?&]password=)[^&]*/gi, '$1***');
}

/** Lists of mappings (clients with their secrets, for example) are values of their own. */
function redactNested(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactNested);
  if (typeof value === 'string') return withoutPassword(value);
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_KEY.test(key) ? '***' : redactNested(inner),
    ]),
  );
}
