/** One thing that is wrong with the configuration. Never holds the value, which may be a secret. */
export interface ConfigProblem {
  /** Path such as `http.port`; empty for a source as a whole. */
  readonly key: string;
  /** Where the value comes from, such as `environment DIGA_HTTP_PORT`. */
  readonly source: string;
  /** What is expected instead. */
  readonly expected: string;
}

/** The configuration cannot be used; lists everything that is wrong with it. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ key, source, expected }) => `  ${key === '' ? '' : `${key}: `}${expected} (${source})`,
    );
    super(
      `The configuration has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${lines.join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
