import type { SearchExpression } from '../../../search/expression.ts';
import type { ProfileType } from '../../access-changed.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { JsonResource } from '../../content.ts';
import { sqlParameters } from '../../search-sql/parameters.ts';
import { whereSql } from '../../search-sql/where.ts';
import { versionOf } from '../../version-of.ts';

/**
 * Resources that the server itself reads to find out who may do what. Of identities it looks at whether they are there and
 * in use, and at nothing else; for the access log it looks up which organisation somebody works for and what it is called. Of Subscriptions it takes criteria and channel; what they send is read under their owners. Of bots it takes settings, code (`Binary`), secrets (`Project`) and the operations they implement.
 */
export type SystemType =
  | 'AccessPolicy'
  | 'Binary'
  | 'OperationDefinition'
  | 'Organization'
  | 'Project'
  | 'ProjectMembership'
  | 'Subscription'
  | ProfileType;

/** Reads a resource that steers access, before there is a principal whose policy could be asked. */
export async function readCurrent(
  store: ClinicalStore,
  type: SystemType,
  id: string,
): Promise<JsonResource | undefined> {
  const [row] = await store.database.query<{ content: string }>({
    name: 'system-read',
    text: `select v.content from resource r cross join lateral ${versionOf('r')} v
      where r.type = $1 and r.id = $2 and not r.deleted`,
    values: [store.types.code(type), id],
  });
  return row === undefined ? undefined : (JSON.parse(row.content) as JsonResource);
}

/** Finds resources that steer access, in the order of their creation. */
export async function searchCurrent(
  store: ClinicalStore,
  type: SystemType,
  where: SearchExpression,
): Promise<readonly JsonResource[]> {
  const parameters = sqlParameters();
  const condition = whereSql(where, {
    type,
    hash: store.hash,
    paramKey: store.paramKey,
    chief: store.chief,
    parameters,
  });
  const rows = await store.database.query<{ content: string }>({
    text: `select v.content from resource r cross join lateral ${versionOf('r')} v
      where r.type = ${parameters.add(store.types.code(type), 'smallint')} and not r.deleted and ${condition} order by r.rid`,
    values: parameters.values,
  });
  return rows.map(({ content }) => JSON.parse(content) as JsonResource);
}
