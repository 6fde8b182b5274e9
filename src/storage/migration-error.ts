/** Codes of a migration that cannot be applied; the server does not start then. */
export const MIGRATION_ERRORS = {
  MIGRATION_NAME_INVALID: 'is not named like 000001_what_it_does.sql',
  MIGRATION_NUMBER_TAKEN: 'has the number of another migration',
  MIGRATION_NUMBER_MISSING: 'follows a gap: numbers run from 000001 without one',
  MIGRATION_CHANGED: 'was changed after it had been applied; write a new migration instead',
  MIGRATION_UNKNOWN:
    'was applied to this database but is not in the folder: the database is newer than this server',
  MIGRATION_FAILED: 'was rolled back because a statement of it failed',
} as const;

/** Code of a {@link MigrationError}. */
export type MigrationErrorCode = keyof typeof MIGRATION_ERRORS;

/** A database cannot be brought to the state this server needs. Operators see it at start; clients never do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: MigrationErrorCode;

  constructor(code: MigrationErrorCode, area: string, migration: string, cause?: unknown) {
    super(
      `${code}: migration ${area}/${migration} ${MIGRATION_ERRORS[code]}`,
      cause === undefined ? {} : { cause },
    );
    this.code = code;
  }
}
