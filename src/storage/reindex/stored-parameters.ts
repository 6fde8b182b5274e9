import type { Definitions, SearchParameterDefinition } from '../../definitions/model.ts';
import {
  customParameters,
  type SearchParameterResource,
  UnusableSearchParameter,
} from '../../search/custom/custom-parameter.ts';
import type { SqlClient } from '../database.ts';

/** SearchParameters that are looked at; more would make every write slow. */
const MAX_STORED = 1_000;

/** A search parameter of one resource type, and the version of the SearchParameter that it comes from. */
export interface StoredParameter {
  readonly type: string;
  readonly parameter: SearchParameterDefinition;
  /** `id/version`: a new version is indexed anew. */
  readonly definition: string;
}

/**
 * The search parameters that are stored on this server. Of two with one code the older one counts. Those that a newer
 * release cannot use any more are passed over.
 * @param onUnusable is told of each that is passed over
 */
export async function storedParameters(
  client: SqlClient,
  typeCode: number,
  base: Definitions,
  onUnusable: (id: string, reason: string) => void,
): Promise<readonly StoredParameter[]> {
  const rows = await client.query<{ id: string; version: number; content: string }>({
    name: 'stored-parameters',
    text: `select r.id, r.version, v.content
      from resource r join resource_version v on v.rid = r.rid and v.version = r.version
      where r.type = $1 and not r.deleted order by r.rid limit $2`,
    values: [typeCode, MAX_STORED],
  });
  const found = new Map<string, StoredParameter>();
  for (const { id, version, content } of rows) {
    try {
      const added = customParameters(base, JSON.parse(content) as SearchParameterResource);
      for (const [type, parameter] of added) {
        const key = `${type}.${parameter.code}`;
        if (found.has(key)) continue;
        found.set(key, { type, parameter, definition: `${id}/${String(version)}` });
      }
    } catch (error) {
      if (!(error instanceof UnusableSearchParameter)) throw error;
      onUnusable(id, error.message);
    }
  }
  return [...found.values()];
}
