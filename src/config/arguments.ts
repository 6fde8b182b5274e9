import { parse } from 'yaml';
import type { ConfigProblem } from './problem.ts';
import type { KeyPath } from './tree.ts';

/** What the command line says about the configuration. */
export interface ConfigArguments {
  /** Files named by `--config`, in order. */
  readonly files: string[];
  readonly settings: { readonly path: KeyPath; readonly value: unknown; readonly source: string }[];
  readonly problems: ConfigProblem[];
}

/** Short forms of `--set`. */
const SHORT: ReadonlyMap<string, KeyPath> = new Map([
  ['--mode', ['mode']],
  ['--port', ['http', 'port']],
]);

/**
 * Reads `--config <file>`, `--mode <mode>`, `--port <port>` and `--set <key>=<value>`, also in the form
 * `--option=value`. Values are YAML scalars.
 */
export function parseArguments(argv: readonly string[]): ConfigArguments {
  const result: ConfigArguments = { files: [], settings: [], problems: [] };
  const queue = argv.flatMap((word) => {
    const [, option, value] = /^(--[a-z]+)=(.*)$/s.exec(word) ?? [];
    return option === undefined || value === undefined ? [word] : [option, value];
  });
  for (let index = 0; index < queue.length; index += 2) {
    const option = queue[index] ?? '';
    takeOption(result, option, queue[index + 1]);
  }
  return result;
}

function takeOption(result: ConfigArguments, option: string, value: string | undefined): void {
  const problem = (expected: string): void => {
    result.problems.push({ key: '', source: `option ${option}`, expected });
  };
  const short = SHORT.get(option);
  if (short === undefined && option !== '--config' && option !== '--set') {
    problem('one of --config, --mode, --port, --set');
  } else if (value === undefined) problem('a value after it');
  else if (option === '--config') result.files.push(value);
  else if (short !== undefined) {
    result.settings.push({ path: short, value: scalar(value), source: `option ${option}` });
  } else {
    const at = value.indexOf('=');
    if (at < 1) problem('key=value');
    else {
      const path = value.slice(0, at).split('.');
      result.settings.push({ path, value: scalar(value.slice(at + 1)), source: 'option --set' });
    }
  }
}

function scalar(text: string): unknown {
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' ? text : value;
  } catch {
    return text;
  }
}
