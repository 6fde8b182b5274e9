import { asObject } from './json-object.ts';
import { POLICY_OPERATION_EXTENSION } from './operation-extension.ts';
import { policyInvalid } from './policy-invalid.ts';
import { type PolicyEntry, readEntry } from './read-entry.ts';

/** An AccessPolicy of which every part is understood. */
export interface ReadPolicy {
  readonly id: string;
  readonly entries: readonly PolicyEntry[];
  /** Names of allowed operations without `$`; `*` for all. */
  readonly operations: readonly string[];
}

/** Elements without effect on what is allowed. */
const DESCRIPTIVE = new Set(['resourceType', 'id', 'meta', 'name', 'basedOn', 'text', 'language']);
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
  const operations: string[] = [];
  for (const [element, value] of Object.entries(fields)) {
    if (element === 'resource') {
      entries.push(...listOf(id, element, value).map((entry, i) => readEntry(id, i, entry)));
    } else if (element === 'extension') {
      operations.push(
        ...listOf(id, element, value).map((extension) => readOperation(id, extension)),
      );
    } else if (!DESCRIPTIVE.has(element)) {
      throw policyInvalid(id, `${element} is not supported`, {
        expression: [`AccessPolicy.${element}`],
      });
    }
  }
  return { id, entries, operations };
}

function listOf(id: string, element: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw policyInvalid(id, `${element} is not a list`);
  return value;
}

function readOperation(id: string, extension: unknown): string {
  const fields = asObject(extension);
  if (fields?.['url'] !== POLICY_OPERATION_EXTENSION) {
    throw policyInvalid(id, 'it bears an unknown extension', {
      expression: ['AccessPolicy.extension'],
    });
  }
  const name = fields['valueCode'];
  if (typeof name !== 'string' || !OPERATION_NAME.test(name)) {
    throw policyInvalid(id, 'an operation is named by valueCode, without $', {
      expression: ['AccessPolicy.extension'],
    });
  }
  return name;
}
