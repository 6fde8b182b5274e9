import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compiledPolicy } from '../../../support/hand-made-policy.ts';
import { structurePlans } from '../../../../src/definitions/structure-plan.ts';
import { type JsonObject, projection } from '../../../../src/access/view/projection.ts';
import { keepLocked } from '../../../../src/access/write/keep-locked.ts';
import { lockedElements } from '../../../../src/access/write/locked-elements.ts';
import { mergeHidden } from '../../../../src/access/write/merge-hidden.ts';
import { seenResource, withoutLabel } from '../../../../src/access/write/seen-resource.ts';
import { testDefinitions } from '../../../support/definitions.ts';

const definitions = testDefinitions();
const plans = structurePlans(definitions);

const word = fc.constantFrom('a', 'b', 'c', 'd');
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const some = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(fc.array(arbitrary, { minLength: 1, maxLength: 3 }), { nil: undefined });

/** Without members that are undefined and objects that are empty, which JSON and FHIR do not have. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(clean).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, item]) => [key, clean(item)] as const)
    .filter(([, item]) => item !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const extension = fc.record({ url: fc.constantFrom('urn:x', 'urn:y'), valueString: word });
const extensions = some(extension);
const period = optional(fc.record({ start: optional(word), end: optional(word) }));
const name = fc.record({
  id: optional(fc.constantFrom('n1', 'n2', 'n3')),
  use: optional(word),
  family: optional(word),
  given: some(word),
  extension: extensions,
});
const identifier = fc.record({ system: optional(word), value: optional(word), period });
const link = fc.record({
  type: optional(word),
  other: fc.record({
    reference: optional(fc.constantFrom('Patient/1', 'Patient/2', 'Observation/1')),
    display: optional(word),
  }),
});

/** Patients, not always valid, but of the shape of valid ones; ids of elements are unique in their list. */
const patient: fc.Arbitrary<JsonObject> = fc
  .record({
    meta: optional(
      fc.record({ tag: some(fc.record({ system: word, code: word })), source: optional(word) }),
    ),
    text: optional(fc.record({ status: word, div: word })),
    extension: extensions,
    identifier: some(identifier),
    name: some(name),
    birthDate: optional(fc.constantFrom('1970', '1970-05', '1970-05-05', '1971-01-01')),
    _birthDate: optional(fc.record({ extension: some(extension) })),
    gender: optional(word),
    deceasedBoolean: optional(fc.boolean()),
    link: some(link),
    contained: some(
      fc.record({ resourceType: fc.constant('Observation'), id: word, status: optional(word) }),
    ),
  })
  .map((members) => {
    const cleaned = clean(members) as JsonObject | undefined;
    const names = (cleaned?.['name'] ?? []) as { id?: string }[];
    const seen = new Set<string>();
    for (const one of names) {
      if (one.id !== undefined && seen.has(one.id)) delete one.id;
      else if (one.id !== undefined) seen.add(one.id);
    }
    const filled = names.map((one) => (Object.keys(one).length === 0 ? { use: 'a' } : one));
    return {
      resourceType: 'Patient',
      id: 'p',
      ...cleaned,
      ...(filled.length === 0 ? {} : { name: filled }),
    };
  });

const path = fc.constantFrom(
  'identifier',
  'identifier.value',
  'identifier.period',
  'identifier.period.end',
  'name',
  'name.family',
  'name.given',
  "name.extension('urn:x')",
  "extension('urn:x')",
  'extension',
  'birthDate',
  "birthDate.extension('urn:x')",
  'gender',
  'deceased',
  'deceasedBoolean',
  'link.other',
  'link.type',
  'meta.tag',
);
const hiddenPaths = fc.uniqueArray(path, { maxLength: 4 });
const mask = fc.constantFrom(
  { path: 'birthDate', kind: 'year' } as const,
  { path: 'gender', kind: 'prefix-1' } as const,
  { path: 'identifier.value', kind: 'prefix-1' } as const,
);
const view = fc
  .record({ hidden: hiddenPaths, masks: fc.uniqueArray(mask, { maxLength: 2 }) })
  .map((one) => ({ ...one, blockedParameters: [] }));

type View = NonNullable<Parameters<typeof lockedElements>[2]['view']>;

function projectorOf(shown: View) {
  const policy = compiledPolicy({ Patient: [{ view: shown }] });
  const how = projection(policy, definitions, 'Patient', 'read');
  return how?.project(policy.rules('Patient', 'read'));
}

function put(shown: View, stored: JsonObject, sent: JsonObject): JsonObject | 'refused' {
  const locks = lockedElements(definitions, 'Patient', { view: shown });
  const seen = seenResource(plans, stored, projectorOf(shown));
  const own = withoutLabel(sent);
  const kept = locks === undefined ? { kept: own } : keepLocked(locks, seen.shown, own);
  return 'broken' in kept ? 'refused' : mergeHidden(seen, kept.kept, false);
}

function see(shown: View, resource: JsonObject): JsonObject {
  return projectorOf(shown)?.(resource) ?? resource;
}

describe('an update of what somebody sees of a resource', () => {
  test('[R-038] that sends back what was shown changes nothing, not even an order', () => {
    fc.assert(
      fc.property(view, patient, (shown, stored) => {
        expect(JSON.stringify(put(shown, stored, see(shown, stored)))).toBe(JSON.stringify(stored));
      }),
      { numRuns: 400 },
    );
  });

  test('[R-038] is seen afterwards as it was sent, unless it is refused', () => {
    fc.assert(
      fc.property(view, patient, patient, (shown, stored, other) => {
        const sent = see(shown, other);
        const result = put(shown, stored, sent);
        if (result === 'refused') return;
        const { contained: _c, ...seen } = withoutLabel(see(shown, result));
        const { contained: _s, ...expected } = withoutLabel(sent);
        expect(seen).toMatchObject(expected);
      }),
      { numRuns: 400 },
    );
  });

  test('[R-038] loses nothing that is hidden at the root of a resource', () => {
    fc.assert(
      fc.property(view, patient, patient, (shown, stored, other) => {
        const result = put(shown, stored, see(shown, other));
        if (result === 'refused') return;
        for (const key of shown.hidden.filter((one) => one in stored)) {
          expect(result[key]).toEqual(stored[key]);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('[R-038] loses no hidden item of a list, and no hidden part of one that stays', () => {
    type Items = readonly { readonly url?: string; readonly value?: string }[];
    const items = (resource: JsonObject | 'refused', key: string) =>
      resource === 'refused' ? [] : ((resource[key] ?? []) as Items);
    const shown = {
      hidden: ["extension('urn:x')", 'identifier.value'],
      masks: [],
      blockedParameters: [],
    };
    fc.assert(
      fc.property(patient, patient, word, (stored, other, added) => {
        const seen = see(shown, stored);
        const result = put(shown, stored, {
          ...seen,
          extension: items(see(shown, other), 'extension'),
          identifier: [...items(seen, 'identifier'), { system: added, use: 'new' }].reverse(),
        });
        expect(result).not.toBe('refused');
        const secret = (one: JsonObject | 'refused') =>
          items(one, 'extension').filter(({ url }) => url === 'urn:x');
        expect(secret(result)).toEqual(secret(stored));
        const values = (one: JsonObject | 'refused') =>
          items(one, 'identifier')
            .flatMap(({ value }) => value ?? [])
            .sort();
        expect(values(result)).toEqual(values(stored));
      }),
      { numRuns: 400 },
    );
  });

  test('[R-038] is refused or not whatever is hidden, and seen afterwards as whatever is hidden', () => {
    let compared = 0;
    let stored = 0;
    const sents = fc.tuple(patient, fc.boolean());
    fc.assert(
      fc.property(view, patient, patient, sents, (shown, a, other, [next, whole]) => {
        // The same to the eye: the visible part of the one with the hidden part of the other.
        const b = put(shown, other, see(shown, a));
        if (b === 'refused' || JSON.stringify(see(shown, b)) !== JSON.stringify(see(shown, a)))
          return;
        if (JSON.stringify(a) !== JSON.stringify(b)) compared += 1;
        const sent = whole ? next : see(shown, next);
        const [one, two] = [put(shown, a, sent), put(shown, b, sent)];
        expect(one === 'refused').toBe(two === 'refused');
        if (one === 'refused' || two === 'refused') return;
        stored += 1;
        expect(see(shown, one)).toEqual(see(shown, two));
      }),
      { numRuns: 1200 },
    );
    // Enough of the pairs differ in what is hidden, and enough of the updates are not refused.
    expect(Math.min(compared, stored)).toBeGreaterThan(20);
  });
});
