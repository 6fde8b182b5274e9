import type { Definitions } from '../../definitions/model.ts';
import { and, type SearchExpression } from '../../search/expression.ts';
import { COMPARTMENT_LINK } from '../../search/linked.ts';
import { decodeFormComponent, splitQuery } from '../../search/parse-query.ts';
import { isReachedByWildcard } from '../admin-types.ts';
import type { Relations } from './compile-relations.ts';

/** What of an entry's criteria is about relations, and what is left of them. */
export interface EntryRelations {
  /** `Type?…` without the relations; absent where nothing is left. */
  readonly criteria?: string;
  /**
   * The condition of the relations on resources of a type; `unknown` says that none of the type can have such a patient.
   */
  where(type: string): SearchExpression | { readonly unknown: string };
}

/** For policies that have none. */
export const NO_RELATIONS: Relations = new Map();

const RELATION = /^%([A-Za-z][A-Za-z0-9_-]*)$/;

/**
 * Takes `parameter=%relation` out of the criteria of an entry. The parameter is a reference to the patient, `_id` of a
 * Patient, or `_compartment`. Several relations under one parameter must hold for the same patient.
 * @returns undefined where there is none
 */
export function entryRelations(
  definitions: Definitions,
  resourceType: string,
  criteria: string | undefined,
  relations: Relations,
): EntryRelations | { readonly unresolved: string } | undefined {
  const prefix = `${resourceType}?`;
  if (relations.size === 0 || criteria?.startsWith(prefix) !== true) return undefined;
  const parts = splitQuery(criteria.slice(prefix.length));
  if (parts === undefined) return undefined;
  const patients = new Map<string, SearchExpression[]>();
  const rest: string[] = [];
  for (const [rawName, rawValue] of parts) {
    const relation = relations.get(RELATION.exec(rawValue)?.[1] ?? '');
    const name = decodeFormComponent(rawName);
    if (relation === undefined || name === undefined) rest.push(`${rawName}=${rawValue}`);
    else if ('unresolved' in relation) return relation;
    else patients.set(name, [...(patients.get(name) ?? []), relation.where]);
  }
  if (patients.size === 0) return undefined;
  const links = [...patients].map(([param, wheres]) => [param, and(...wheres)] as const);
  return {
    ...(rest.length === 0 ? {} : { criteria: prefix + rest.join('&') }),
    where(type) {
      const all: SearchExpression[] = [];
      for (const [param, where] of links) {
        const reason = misfit(definitions, type, param);
        if (reason !== undefined) return { unknown: reason };
        all.push(type === 'Patient' && param === '_id' ? where : chainTo(where, param));
      }
      return and(...all);
    },
  };
}

/** Chains that were made: entries with one relation share one, so that it is seen to be the same. */
const CHAINS = new WeakMap<SearchExpression, Map<string, SearchExpression>>();

function chainTo(where: SearchExpression, param: string): SearchExpression {
  const known = CHAINS.get(where)?.get(param);
  if (known !== undefined) return known;
  const chain = { kind: 'chain', param, target: 'Patient', where } as const;
  CHAINS.set(where, new Map([...(CHAINS.get(where) ?? []), [param, chain]]));
  return chain;
}

/** Why a parameter of a type cannot name the patients of a relation. */
function misfit(definitions: Definitions, type: string, param: string): string | undefined {
  // The ledger is no resource of the store, so that nothing can be joined to it. Who may do what is judged by itself.
  if (type === 'AuditEvent' || !isReachedByWildcard(type)) {
    return `${type} cannot be judged by a relation`;
  }
  if (param === COMPARTMENT_LINK) {
    const has = type === 'Patient' || definitions.patientCompartment(type).length > 0;
    return has ? undefined : `${type} is in no compartment of a patient`;
  }
  if (param === '_id') return type === 'Patient' ? undefined : `the _id of ${type} is no patient`;
  const definition = definitions.searchParameters(type).get(param);
  const leads =
    definition?.type === 'reference' &&
    (definition.targets.length === 0 || definition.targets.includes('Patient'));
  return leads ? undefined : `${param} of ${type} does not lead to patients`;
}
