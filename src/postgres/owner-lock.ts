import { readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { EmbeddedPostgresError } from './errors.ts';
import { failedWith } from './file-errors.ts';
import { isAlive, startedAt } from './proc.ts';

const schema = z.object({ pid: z.int(), startedAt: z.string().optional() });

/**
 * Takes a data directory for this process, so that two servers never share one. The lock of a process that died is
 * taken over.
 * @returns the function that gives it back
 * @throws EmbeddedPostgresError `POSTGRES_IN_USE`
 */
export async function takeOwnership(file: string, directory: string): Promise<() => Promise<void>> {
  const mine = JSON.stringify({ pid: process.pid, startedAt: await startedAt(process.pid) });
  // A second round is needed when a dead owner's file was removed in the first.
  for (let round = 0; round < 2; round++) {
    try {
      await writeFile(file, mine, { flag: 'wx', mode: 0o600 });
      return () => rm(file, { force: true });
    } catch (error) {
      if (!failedWith(error, 'EEXIST')) throw error;
    }
    const owner = await livingOwner(file);
    if (owner !== undefined) {
      throw new EmbeddedPostgresError('POSTGRES_IN_USE', { directory, pid: owner });
    }
    await rm(file, { force: true });
  }
  throw new EmbeddedPostgresError('POSTGRES_IN_USE', { directory, pid: '?' });
}

async function livingOwner(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  let owner: z.infer<typeof schema>;
  try {
    owner = schema.parse(JSON.parse(text));
  } catch {
    // A crash cut the file short; its writer cannot have got further.
    return undefined;
  }
  if (!isAlive(owner.pid)) return undefined;
  return (await startedAt(owner.pid)) === owner.startedAt ? owner.pid : undefined;
}
