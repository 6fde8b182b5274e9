import { allowedInteractions, isPolicyInteraction } from './interactions.ts';
import { asObject } from './json-object.ts';
import type { PolicyInteraction } from './policy.ts';
import { policyInvalid } from './policy-invalid.ts';
import { readFields } from './read-fields.ts';
import type { EntryFields } from './view/entry-fields.ts';

const NO_INTERACTION: ReadonlySet<PolicyInteraction> = new Set();

/** One `AccessPolicy.resource`, understood but not yet compiled. */
export interface PolicyEntry {
  /** `<AccessPolicy id>#<index>` */
  readonly id: string;
  /** A resource type or `*`. */
  readonly resourceType: string;
  readonly interactions: ReadonlySet<PolicyInteraction>;
  /** `Type?name=value&…`, variables included. */
  readonly criteria?: string;
  /** Reference of the old `compartment` element, variables included. */
  readonly compartment?: string;
  readonly fields: EntryFields;
}

/**
 * Reads one entry.
 * @throws FhirError `POLICY_INVALID` for everything that could not be enforced, unknown elements included.
 */
export function readEntry(policy: string, index: number, entry: unknown): PolicyEntry {
  const path = `AccessPolicy.resource[${index}]`;
  const refuse = (reason: string): never => {
    throw policyInvalid(policy, `resource[${index}]: ${reason}`, { expression: [path] });
  };
  const fields = asObject(entry);
  if (fields === undefined) return refuse('it is not an object');
  const { resourceType, criteria, compartment, readonly, interaction, ...others } = fields;
  const { hiddenFields, readonlyFields, writeConstraint, extension, ...rest } = others;
  const unsupported = Object.keys(rest).find((element) => element !== 'id');
  if (unsupported !== undefined) return refuse(`${unsupported} is not supported`);
  if (typeof resourceType !== 'string') return refuse('resourceType is missing');
  if (criteria !== undefined && typeof criteria !== 'string')
    return refuse('criteria is not a string');
  if (readonly !== undefined && typeof readonly !== 'boolean')
    return refuse('readonly is not a boolean');
  const reference = asObject(compartment)?.['reference'];
  if (compartment !== undefined && typeof reference !== 'string') {
    return refuse('compartment is not a reference');
  }
  const about = readFields({ hiddenFields, readonlyFields, writeConstraint, extension }, refuse);
  const named = readInteractions(interaction, refuse);
  if (about.aggregateOnly !== undefined && (named !== undefined || readonly !== undefined)) {
    // Who reads `interaction: read` beside it would think that it is allowed.
    return refuse('an entry for aggregates alone allows no interaction and names none');
  }
  return {
    id: `${policy}#${index}`,
    resourceType,
    interactions:
      about.aggregateOnly === undefined
        ? allowedInteractions(named, readonly === true)
        : NO_INTERACTION,
    fields: about,
    ...(criteria === undefined ? {} : { criteria }),
    ...(typeof reference === 'string' ? { compartment: reference } : {}),
  };
}

function readInteractions(
  value: unknown,
  refuse: (reason: string) => never,
): readonly PolicyInteraction[] | undefined {
  if (value === undefined) return undefined;
  // An empty list could be meant as all or as nothing.
  if (!Array.isArray(value) || value.length === 0 || !value.every(isPolicyInteraction)) {
    return refuse('interaction names none or an unknown one');
  }
  return value;
}
