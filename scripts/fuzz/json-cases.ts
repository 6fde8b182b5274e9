import type { Random } from '../bench/random.ts';
import { type FuzzCase, withBody } from './case.ts';
import { nasty, someId, TYPES } from './words.ts';

/** Resources to begin with; what is done to them makes them malformed. */
const SEEDS: readonly object[] = [
  {
    resourceType: 'Patient',
    id: 'fuzz',
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
    name: [{ family: 'Fuzz', given: ['A', null], _given: [null, { id: 'g' }] }],
    birthDate: '1980-01-01',
    contained: [{ resourceType: 'Organization', id: 'o' }],
    managingOrganization: { reference: '#o' },
  },
  {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    subject: { reference: 'Patient/patient-a' },
    effectiveDateTime: '2026-11-21T10:00:00Z',
    valueQuantity: { value: 70.1, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    component: [{ code: { text: 'c' }, valueString: 'v' }],
  },
  {
    resourceType: 'ValueSet',
    status: 'active',
    url: 'http://example.org/fuzz',
    compose: { include: [{ system: 'http://example.org/s', filter: [] }] },
  },
  {
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'r',
    criteria: 'Observation?code=x',
    channel: { type: 'rest-hook', endpoint: 'http://127.0.0.1:9/' },
  },
  {
    resourceType: 'SearchParameter',
    url: 'http://example.org/sp',
    name: 'fuzz',
    status: 'draft',
    description: 'd',
    code: 'fuzz',
    base: ['Patient'],
    type: 'string',
    expression: 'Patient.name.family',
  },
];

/** A create, update or `$validate` with a JSON body that is wrong somewhere. */
export function jsonCase(random: Random): FuzzCase {
  const seed = structuredClone(random.pick(SEEDS)) as Record<string, unknown>;
  const text = broken(random, JSON.stringify(mutated(random, seed)));
  const type = random.next() < 0.8 ? String(seed['resourceType']) : random.pick(TYPES);
  const id = someId(random);
  const [method, target] = random.pick([
    ['POST', `/${type}`],
    ['PUT', `/${type}/${id}`],
    ['PUT', `/${type}?identifier=x`],
    ['POST', `/${type}/$validate`],
    ['POST', `/${type}/${id}/$meta-add`],
  ] as const);
  return withBody('json', method, target, text);
}

/** A resource with some of its parts replaced by what does not belong there. */
export function mutated(random: Random, seed: unknown): unknown {
  let changed = seed;
  const times = 1 + random.below(4);
  for (let i = 0; i < times; i += 1) changed = mutateOnce(random, changed);
  return changed;
}

/** One of the seeds, sound. */
export function seedResource(random: Random): Record<string, unknown> {
  return structuredClone(random.pick(SEEDS)) as Record<string, unknown>;
}

function mutateOnce(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.next() < 0.1) return strange(random);
  if (Array.isArray(value)) {
    if (value.length === 0) return [strange(random)];
    const items = value as unknown[];
    const at = random.below(items.length);
    return items.map((item, index) => (index === at ? mutateOnce(random, item) : item));
  }
  const keys = Object.keys(value);
  const key = keys.length === 0 || random.next() < 0.2 ? nasty(random) : random.pick(keys);
  const copy = new Map(Object.entries(value));
  if (random.next() < 0.15) copy.delete(key);
  else copy.set(key, mutateOnce(random, copy.get(key)));
  return Object.fromEntries(copy);
}

function strange(random: Random): unknown {
  const depth = random.below(200);
  return random.pick<() => unknown>([
    () => nasty(random),
    () => null,
    () => [],
    () => ({}),
    () => true,
    () => -1e300,
    () => 9_007_199_254_740_993,
    () => [[[]]],
    () => Array.from({ length: 300 }, () => ({ system: 's', code: 'c' })),
    () => {
      let nested: unknown = 'deep';
      for (let i = 0; i < depth; i += 1) nested = { extension: [{ url: 'u', nested }] };
      return nested;
    },
  ])();
}

/** Sometimes the text itself is no JSON. */
function broken(random: Random, text: string): string | Buffer {
  const pick = random.next();
  if (pick < 0.75) return text;
  if (pick < 0.8) return text.slice(0, random.below(text.length + 1));
  if (pick < 0.84) return '['.repeat(random.below(100_000));
  if (pick < 0.88) return text.replace('{', '{"resourceType":"Patient","resourceType":"Patient",');
  if (pick < 0.92) return Buffer.concat([Buffer.from([0xff, 0xfe, 0xc0]), Buffer.from(text)]);
  if (pick < 0.96) return text.replace(/:("[^"]*")/, ':1e99999999');
  return `${text}${text}`;
}
