import type { SqlClient } from '../storage/database.ts';

/**
 * Removes the jobs that wait or have failed and carry one of the resources: by `type` and `id`, or as their `input`, whole or
 * as `deletedResource`. A job that runs at this moment ends as it would have.
 * @param keys resources as `Type/id`
 */
export async function forgetJobsAbout(tx: SqlClient, keys: readonly string[]): Promise<void> {
  const named = (path: string, type: string): string =>
    `(payload #>> '{${path}${type}}') || '/' || (payload #>> '{${path}id}') = any($1)`;
  await tx.query({
    text: `delete from diga_job where runner is null and (${[
      named('', 'type'),
      named('input,', 'resourceType'),
      named('input,deletedResource,', 'resourceType'),
    ].join(' or ')})`,
    values: [keys],
  });
}
