import { resolve } from 'node:path';
import type { z } from 'zod';
import type { Config } from './config.ts';
import { type Environment, mergeEnvironment } from './from-environment.ts';
import { mergeFile, type ReadFile } from './from-files.ts';
import { emptyLayers, type Layers } from './layers.ts';
import { parseArguments } from './arguments.ts';
import { ConfigError } from './problem.ts';
import { missingSettings, resolveConfig } from './resolve.ts';
import { configSchema } from './schema.ts';
import { unsafeAnywhere, unsafeInProduction } from './unsafe-settings.ts';

/** Where the configuration comes from. */
export interface ConfigSources {
  /** Arguments of the command line without program and script. */
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly cwd: string;
  readonly readFile: ReadFile;
}

/** The configuration with the source of every value. */
export interface LoadedConfig {
  readonly config: Config;
  /** `default`, `file …`, `environment …`, `secret file …` or `option …`. */
  sourceOf(path: readonly string[]): string;
}

/**
 * Reads the configuration. Later sources win: defaults, `config/default.yaml`, `config/<mode>.yaml`, the files named by
 * `DIGA_CONFIG` and `--config`, the environment, secret files, options of the command line.
 * @throws ConfigError with everything that is wrong at once
 */
export function loadConfig(sources: ConfigSources): Config {
  return loadConfigWithSources(sources).config;
}

/** Like {@link loadConfig}, with the source of every value. */
export function loadConfigWithSources(sources: ConfigSources): LoadedConfig {
  const options = parseArguments(sources.argv);
  const listed = sources.env['DIGA_CONFIG']?.split(',').filter((name) => name !== '');
  const named = [...(listed ?? []), ...options.files];
  // The mode chooses a file that lies below the sources which choose the mode.
  const first = merged(sources, options, named, undefined);
  const mode = first.tree['mode'] === 'production' ? 'production' : 'sandbox';
  const layers = merged(sources, options, named, mode);
  layers.problems.push(...options.problems);

  const result = configSchema.safeParse(layers.tree);
  if (!result.success) {
    layers.problems.push(...result.error.issues.flatMap((issue) => problemsOf(issue, layers)));
    throw new ConfigError(layers.problems);
  }
  const config = resolveConfig(result.data, sources.cwd);
  const refused = [
    ...missingSettings(result.data),
    ...unsafeAnywhere(config),
    ...(config.mode === 'production' ? unsafeInProduction(config) : []),
  ];
  // Node would check no certificate of anybody it calls (TR-03161-3 O.Ntwk_3).
  if (config.mode === 'production' && sources.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const source = 'environment NODE_TLS_REJECT_UNAUTHORIZED';
    layers.problems.push({ key: '', source, expected: 'not set in production' });
  }
  for (const { path, expected } of refused) {
    layers.problems.push({ key: path.join('.'), source: layers.sourceOf(path), expected });
  }
  if (layers.problems.length > 0) throw new ConfigError(layers.problems);
  return { config, sourceOf: (path) => layers.sourceOf(path) };
}

function merged(
  sources: ConfigSources,
  options: ReturnType<typeof parseArguments>,
  named: readonly string[],
  mode: string | undefined,
): Layers {
  const layers = emptyLayers();
  const standard = ['config/default.yaml', ...(mode === undefined ? [] : [`config/${mode}.yaml`])];
  for (const [index, name] of [...standard, ...named].entries()) {
    const path = resolve(sources.cwd, name);
    const text = sources.readFile(path);
    if (text !== undefined) mergeFile(layers, path, text);
    else if (index >= standard.length) {
      layers.problems.push({ key: '', source: `file ${path}`, expected: 'a readable file' });
    }
  }
  mergeEnvironment(layers, sources.env, (path) => sources.readFile(resolve(sources.cwd, path)));
  for (const { path, value, source } of options.settings) layers.set(path, value, source);
  return layers;
}

/** zod's own messages may quote the value; ours name what is expected. */
function problemsOf(issue: z.core.$ZodIssue, layers: Layers): ConfigError['problems'] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      key: [...path, key].join('.'),
      source: layers.sourceOf([...path, key]),
      expected: 'no such setting',
    }));
  }
  return [{ key: path.join('.'), source: layers.sourceOf(path), expected: expectationOf(issue) }];
}

function expectationOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `a value of type ${issue.expected}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'regex' ? issue.message : `a valid ${issue.format}`;
    case 'invalid_key':
      return 'a plugin name of lower case letters, digits and hyphens';
    default:
      return issue.message;
  }
}
