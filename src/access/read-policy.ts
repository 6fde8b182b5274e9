import { type PolicyConditions, readCondition } from './conditions.ts';
import { type IpRule, readIpRule } from './ip-rules.ts';
import { asObject } from './json-object.ts';
import { POLICY_OPERATION_EXTENSION } from './operation-extension.ts';
import { isProjectName } from './pseudonym/project-name.ts';
import { POLICY_PSEUDONYM_EXTENSION } from './pseudonym/pseudonym-extension.ts';
import { policyInvalid } from './policy-invalid.ts';
import type { Validity } from './period.ts';
import { type PolicyEntry, readEntry } from './read-entry.ts';
import {
  POLICY_RELATION_EXTENSION,
  type PolicyRelation,
  readRelation,
} from './relations/read-relation.ts';

/** An AccessPolicy of which every part is understood. */
export interface ReadPolicy {
  readonly id: string;
  readonly entries: readonly PolicyEntry[];
  /** Names of allowed operations without `$`; `*` for all. */
  readonly operations: readonly string[];
  /** Relations that entries name as `%<name>`. */
  readonly relations: readonly PolicyRelation[];
  readonly conditions: PolicyConditions;
  /** Name of the project under whose pseudonyms its holder knows resources; it may hold a variable. */
  readonly pseudonyms?: string;
}

/** Elements without effect on what is allowed. */
const DESCRIPTIVE = new Set(['resourceType', 'id', 'meta', 'name', 'basedOn', 'text', 'language']);

/** Rules of one list, and extensions of one policy. */
const MAX_ITEMS = 1_000;

const OPERATION_NAME = /^(?:\*|[A-Za-z][A-Za-z0-9.-]{0,63})$/;

/**
 * Takes an AccessPolicy apart. What is not understood is refused: an element that narrows, silently ignored, would
 * widen.
 * @throws FhirError `POLICY_INVALID`
 */
export function readPolicy(policy: unknown): ReadPolicy {
  const fields = asObject(policy);
  const id = fields?.['id'];
  if (fields?.['resourceType'] !== 'AccessPolicy' || typeof id !== 'string') {
    throw policyInvalid(
      typeof id === 'string' ? id : '(unknown)',
      'it is not an AccessPolicy with an id',
    );
  }
  const entries: PolicyEntry[] = [];
  const ip: IpRule[] = [];
  let extensions: readonly unknown[] = [];
  for (const [element, value] of Object.entries(fields)) {
    if (element === 'resource') {
      entries.push(...limited(id, element, value).map((entry, i) => readEntry(id, i, entry)));
    } else if (element === 'ipAccessRule') {
      ip.push(...limited(id, element, value).map((rule, i) => ipRuleOf(id, i, rule)));
    } else if (element === 'extension') {
      extensions = limited(id, element, value);
    } else if (!DESCRIPTIVE.has(element)) {
      throw policyInvalid(id, `${element} is not supported`, {
        expression: [`AccessPolicy.${element}`],
      });
    }
  }
  return { id, entries, ...readExtensions(id, extensions, ip) };
}

function readExtensions(
  id: string,
  extensions: readonly unknown[],
  ip: readonly IpRule[],
): Pick<ReadPolicy, 'operations' | 'relations' | 'conditions' | 'pseudonyms'> {
  const refuse = (reason: string): never => {
    throw policyInvalid(id, reason, { expression: ['AccessPolicy.extension'] });
  };
  const operations: string[] = [];
  const relations: PolicyRelation[] = [];
  const acr: string[] = [];
  let period: Validity | undefined;
  let purpose: string | undefined;
  let pseudonyms: string | undefined;
  for (const extension of extensions) {
    const fields = asObject(extension);
    if (fields?.['url'] === POLICY_RELATION_EXTENSION) {
      relations.push(readRelation(fields, refuse));
      continue;
    }
    if (fields?.['url'] === POLICY_PSEUDONYM_EXTENSION) {
      const project = fields['valueString'];
      if (pseudonyms !== undefined || !isProjectName(project))
        return refuse('pseudonyms are those of one project, named by valueString');
      pseudonyms = project;
      continue;
    }
    const condition = readCondition(extension);
    if (condition === undefined) operations.push(readOperation(extension, refuse));
    else if ('malformed' in condition) refuse(condition.malformed);
    else if ('acr' in condition) acr.push(condition.acr);
    else if ('period' in condition) {
      if (period !== undefined) refuse('it has several periods');
      period = condition.period;
    } else {
      if (purpose !== undefined) refuse('it has several purposes');
      purpose = condition.purpose;
    }
  }
  return {
    operations,
    relations,
    ...(pseudonyms === undefined ? {} : { pseudonyms }),
    conditions: {
      acr,
      ip,
      ...(period === undefined ? {} : { period }),
      ...(purpose === undefined ? {} : { purpose }),
    },
  };
}

function listOf(id: string, element: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw policyInvalid(id, `${element} is not a list`);
  return value;
}

function limited(id: string, element: string, value: unknown): readonly unknown[] {
  const list = listOf(id, element, value);
  if (list.length > MAX_ITEMS) throw policyInvalid(id, `${element} has too many items`);
  return list;
}

function ipRuleOf(id: string, index: number, item: unknown): IpRule {
  const rule = readIpRule(item);
  if (!('malformed' in rule)) return rule;
  const path = `ipAccessRule[${index}]`;
  throw policyInvalid(id, `${path}: ${rule.malformed}`, { expression: [`AccessPolicy.${path}`] });
}

function readOperation(extension: unknown, refuse: (reason: string) => never): string {
  const fields = asObject(extension);
  if (fields?.['url'] !== POLICY_OPERATION_EXTENSION)
    return refuse('it bears an unknown extension');
  const name = fields['valueCode'];
  return typeof name === 'string' && OPERATION_NAME.test(name)
    ? name
    : refuse('an operation is named by valueCode, without $');
}
