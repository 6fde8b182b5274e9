import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationError } from './migration-error.ts';

/** One numbered SQL file. */
export interface MigrationFile {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
}

const FILE_NAME = /^(\d{6})_[a-z0-9_]+\.sql$/;

/**
 * Reads the migrations of a folder in the order of their numbers. Files that do not end in `.sql` are left alone.
 * @throws MigrationError `MIGRATION_NAME_INVALID`, `MIGRATION_NUMBER_TAKEN`, `MIGRATION_NUMBER_MISSING`
 */
export async function readMigrationFiles(
  directory: string,
  area: string,
): Promise<readonly MigrationFile[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const files = await Promise.all(names.map((name) => readMigrationFile(directory, area, name)));
  files.forEach((file, index) => {
    if (file.number === index + 1) return;
    const taken = files[index - 1]?.number === file.number;
    throw new MigrationError(
      taken ? 'MIGRATION_NUMBER_TAKEN' : 'MIGRATION_NUMBER_MISSING',
      area,
      file.name,
    );
  });
  return files;
}

async function readMigrationFile(
  directory: string,
  area: string,
  name: string,
): Promise<MigrationFile> {
  const number = FILE_NAME.exec(name)?.[1];
  if (number === undefined) throw new MigrationError('MIGRATION_NAME_INVALID', area, name);
  const sql = await readFile(join(directory, name), 'utf8');
  const checksum = createHash('sha256').update(sql).digest('hex');
  return { number: Number(number), name, sql, checksum };
}
