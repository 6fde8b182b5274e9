import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Bundle } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;
let runs = 0;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
}, 60_000);
afterAll(() => server.close(), 30_000);

/** Names of organizations that may be there; each stands in the identifier. */
const NAMES = ['a', 'b', 'c'] as const;

type Step =
  | { readonly kind: 'create'; readonly name: string; readonly if: boolean; readonly bad: boolean }
  | { readonly kind: 'put'; readonly name: string; readonly text: string }
  | { readonly kind: 'remove'; readonly name: string };

const name = fc.constantFrom(...NAMES);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('create' as const),
    name,
    if: fc.boolean(),
    bad: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  }),
  fc.record({ kind: fc.constant('put' as const), name, text: fc.constantFrom('x', 'y') }),
  fc.record({ kind: fc.constant('remove' as const), name }),
);

/** What is there: for each name the texts of its organizations. */
type World = ReadonlyMap<string, readonly string[]>;

/**
 * The obvious meaning of a transaction: deletions, creations, updates; conditions are asked of the world before, less what
 * is deleted; nothing at all where one of them fails.
 */
function model(world: World, steps: readonly Step[]): World | undefined {
  const count = (wanted: string) => world.get(wanted)?.length ?? 0;
  const next = new Map([...world].map(([key, texts]) => [key, [...texts]]));
  const touched = new Set<string>();
  const removed = new Set<string>();
  for (const item of steps.filter(({ kind }) => kind === 'remove')) {
    if (count(item.name) > 1) return undefined;
    if (count(item.name) === 0 || removed.has(item.name)) continue;
    removed.add(item.name);
    next.delete(item.name);
  }
  const created = new Set<string>();
  for (const item of steps) {
    if (item.kind !== 'create') continue;
    if (item.if) {
      const matches = removed.has(item.name) ? 0 : count(item.name);
      const repeated = created.has(item.name);
      created.add(item.name);
      if (repeated) continue;
      if (matches > 1) return undefined;
      if (matches === 1) continue;
    }
    if (item.bad) return undefined;
    next.set(item.name, [...(next.get(item.name) ?? []), 'new']);
  }
  for (const item of steps) {
    if (item.kind !== 'put') continue;
    const matches = removed.has(item.name) ? 0 : count(item.name);
    if (matches > 1) return undefined;
    if (matches === 1) {
      if (touched.has(item.name)) return undefined;
      touched.add(item.name);
      next.set(item.name, [item.text, ...(next.get(item.name) ?? []).slice(1)]);
    } else next.set(item.name, [...(next.get(item.name) ?? []), item.text]);
  }
  return next;
}

function entryOf(item: Step, run: number): object {
  const value = `${String(run)}-${item.name}`;
  const criteria = `identifier=urn:model|${value}`;
  const resource = (text: string, bad = false) => ({
    resourceType: 'Organization',
    identifier: [{ system: 'urn:model', value }],
    name: text,
    ...(bad ? { active: 'nonsense' } : {}),
  });
  switch (item.kind) {
    case 'create':
      return {
        request: {
          method: 'POST',
          url: 'Organization',
          ...(item.if ? { ifNoneExist: criteria } : {}),
        },
        resource: resource('new', item.bad),
      };
    case 'put':
      return {
        request: { method: 'PUT', url: `Organization?${criteria}` },
        resource: resource(item.text),
      };
    case 'remove':
      return { request: { method: 'DELETE', url: `Organization?${criteria}` } };
  }
}

async function stored(run: number): Promise<Record<string, readonly string[]>> {
  const all: Record<string, readonly string[]> = {};
  for (const wanted of NAMES) {
    const answer = await full.get(
      `Organization?identifier=urn:model|${String(run)}-${wanted}&_count=100`,
    );
    const texts = (answer.json<Bundle>().entry ?? []).map(
      ({ resource }) => (resource as { name?: string }).name ?? '',
    );
    if (texts.length > 0) all[wanted] = texts.sort();
  }
  return all;
}

test('property: FHIR R4 http#trules: random transactions leave what the obvious model leaves', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      async (transactions) => {
        runs += 1;
        const run = runs;
        let world: World = new Map();
        for (const steps of transactions) {
          const answer = await full.post('', {
            resourceType: 'Bundle',
            type: 'transaction',
            entry: steps.map((item) => entryOf(item, run)),
          });
          const next = model(world, steps);
          expect([answer.status < 400, answer.text.slice(0, 400)]).toEqual([
            next !== undefined,
            expect.any(String),
          ]);
          world = next ?? world;
          const expected = Object.fromEntries(
            [...world].map(([key, texts]) => [key, [...texts].sort()]),
          );
          expect(await stored(run)).toEqual(expected);
        }
      },
    ),
    { numRuns: 30 },
  );
}, 180_000);
