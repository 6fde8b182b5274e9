import type { SqlClient } from '../../storage/database.ts';
import { moveJob } from '../job-store.ts';
import type { ImportPosition } from './import-plan.ts';
import { JobGone } from '../job-gone.ts';

/**
 * Moves an import on.
 * @param from the position that is stored now
 * @returns the new position, which is stored
 * @throws JobGone where the job was cancelled, or another node has got on with it
 */
export async function advance(
  client: SqlClient,
  job: string,
  from: ImportPosition,
  to: ImportPosition,
): Promise<ImportPosition> {
  if (!(await moveJob(client, job, from, to))) throw new JobGone();
  return to;
}
