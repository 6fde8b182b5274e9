import type { AccessPolicy } from '@medplum/fhirtypes';
import { asObject } from '../json-object.ts';
import { POLICY_OPERATION_EXTENSION } from '../operation-extension.ts';
import {
  POLICY_ACR_EXTENSION,
  POLICY_AGGREGATE_EXTENSION,
  POLICY_MASK_EXTENSION,
  POLICY_PURPOSE_EXTENSION,
} from '../policy-extensions.ts';
import { POLICY_RELATION_EXTENSION } from '../relations/read-relation.ts';
import type { StockLoss } from './stock-loss.ts';
import { weaknessesOf } from './stock-weaknesses.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A policy as a stock server takes it. */
export interface StockPolicy {
  /** Absent where nothing of it can be enforced there: without entries it must not come to a server that allows by default. */
  readonly policy?: AccessPolicy;
  readonly losses: readonly StockLoss[];
}

/** What such a server replaces by itself. It replaces text, so that `%patients` would become `Patient/1s`. */
const IMPLICIT = /^%(?:patient|profile)(?:\.id)?$/;
const BEGINS_IMPLICIT = /^%(?:patient|profile)/;
const VARIABLE = /%[A-Za-z_][A-Za-z0-9_]*(?:\.id)?/g;
/** Invariant axp-3 of Medplum's AccessPolicy: no chains, no `_has`, names without digits. */
const CRITERIA = /^[A-Za-z]+\?(?:[a-zA-Z_:-]+=[^&]+&?)+$/;

/**
 * Writes a policy of this server for a stock Medplum server. An entry that would show or change more there than here is left
 * out, so that a loss closes and does not open. What that server protects less by itself, whatever an entry says, is told.
 * @see https://www.medplum.com/docs/access/access-policies
 */
export function toStockPolicy(policy: AccessPolicy): StockPolicy {
  const {
    extension,
    resource = [],
    id: _id,
    meta: _meta,
    ...general
  } = policy as AccessPolicy & {
    readonly extension?: readonly Fields[];
  };
  const relations = new Set<string>();
  const losses: StockLoss[] = [];
  const whole = ofPolicy(extension ?? [], relations, losses);
  if (whole !== undefined) return { losses: [{ level: 'left-out', text: whole }] };
  const kept: (readonly [number, Fields])[] = [];
  for (const [index, entry] of resource.entries()) {
    const fields = entry as unknown as Fields;
    const path = `resource[${index}]`;
    const reason = reasonToLeaveOut(fields, relations);
    if (reason === undefined) {
      const { extension: _extension, ...plain } = fields;
      kept.push([index, plain]);
      continue;
    }
    losses.push({ level: 'left-out', path, title: titleOf(fields), text: reason });
  }
  if (kept.length === 0) {
    losses.push({ level: 'left-out', text: 'nothing of it can be enforced there' });
    return { losses };
  }
  losses.push(...weaknessesOf(kept));
  const entries = kept.map(([, entry]) => entry) as unknown as AccessPolicy['resource'];
  return { policy: { ...general, resource: entries } as AccessPolicy, losses };
}

/** Why the whole policy cannot go there; otherwise what its extensions say is told, and its relations are named. */
function ofPolicy(
  extensions: readonly Fields[],
  relations: Set<string>,
  losses: StockLoss[],
): string | undefined {
  const operations: string[] = [];
  let strong = false;
  for (const extension of extensions) {
    const url = String(extension['url']);
    if (url === POLICY_OPERATION_EXTENSION) operations.push(String(extension['valueCode']));
    else if (url === POLICY_ACR_EXTENSION) strong = true;
    else if (url === POLICY_RELATION_EXTENSION) relations.add(relationName(extension));
    else if (url !== POLICY_PURPOSE_EXTENSION) {
      return `${url.slice(url.lastIndexOf('/') + 1)} cannot be enforced there, and nothing of the policy is meant without it`;
    }
  }
  if (strong) {
    const text = 'it holds there without a second factor: let users have User.mfaRequired';
    losses.push({ level: 'weaker', text });
  }
  if (operations.length > 0) {
    const text = `operations are not a matter of policies there (here: ${operations.join(', ')})`;
    losses.push({ level: 'weaker', text });
  }
  return undefined;
}

function relationName(extension: Fields): string {
  const parts = Array.isArray(extension['extension']) ? (extension['extension'] as unknown[]) : [];
  const name = parts.map(asObject).find((part) => part?.['url'] === 'name');
  return typeof name?.['valueCode'] === 'string' ? name['valueCode'] : '';
}

function reasonToLeaveOut(entry: Fields, relations: ReadonlySet<string>): string | undefined {
  for (const extension of Array.isArray(entry['extension'])
    ? (entry['extension'] as readonly Fields[])
    : []) {
    const url = String(extension['url']);
    if (url === POLICY_AGGREGATE_EXTENSION) {
      return 'it is open to aggregates alone, and there it would show the resources themselves';
    }
    if (url === POLICY_MASK_EXTENSION) return 'elements cannot be shown less exactly there';
    return `${url.slice(url.lastIndexOf('/') + 1)} cannot be enforced there`;
  }
  const { criteria, resourceType } = entry;
  if (resourceType === '*') {
    return '* reaches bots and clients there, with code and secrets, and not here';
  }
  if (typeof criteria === 'string') {
    const reason = ofCriteria(criteria, relations);
    if (reason !== undefined) return reason;
  }
  return ofFields(entry);
}

function ofCriteria(criteria: string, relations: ReadonlySet<string>): string | undefined {
  const variables = criteria.match(VARIABLE) ?? [];
  const related = variables.find((one) => relations.has(one.slice(1).replace(/\.id$/, '')));
  if (related !== undefined) return `relations such as ${related} are not known there`;
  const confused = variables.find((one) => BEGINS_IMPLICIT.test(one) && !IMPLICIT.test(one));
  if (confused !== undefined) return `${confused} would be taken for another variable there`;
  return CRITERIA.test(criteria) && !criteria.includes('_has:')
    ? undefined
    : 'such criteria are refused there';
}

/** Such a server compares names of elements as they are: what it does not understand would be shown or could be changed. */
function ofFields(entry: Fields): string | undefined {
  const hidden = asList(entry['hiddenFields']).find((path) => /[[(]/.test(path));
  if (hidden !== undefined) return `${hidden} would not be hidden there`;
  const nested = asList(entry['readonlyFields']).find((path) => /[[(.]/.test(path));
  return nested === undefined ? undefined : `${nested} would not keep its value there`;
}

function asList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function titleOf({ resourceType, criteria }: Fields): string {
  return typeof criteria === 'string' ? criteria : `all of ${String(resourceType)}`;
}
