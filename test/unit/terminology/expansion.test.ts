import { describe, expect, test } from '@jest/globals';
import type { CodeSystem, ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';
import fc from 'fast-check';
import type { ConformanceSource } from '../../../src/conformance/model.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { openCodeSystem } from '../../../src/terminology/code-system.ts';
import { createTerminology } from '../../../src/terminology/terminology.ts';

const SYSTEMS = ['urn:test:a', 'urn:test:b'];
const CODES = ['p', 'q', 'r', 's', 't', 'u'];

/** A system of which each code after the first stands below an earlier one. */
function codeSystem(url: string, parents: readonly number[]): CodeSystem {
  return {
    resourceType: 'CodeSystem',
    url,
    status: 'active',
    content: 'complete',
    concept: CODES.map((code, index) => ({
      code,
      ...(index === 0
        ? {}
        : {
            property: [
              { code: 'parent', valueCode: CODES[(parents[index - 1] ?? 0) % index] ?? 'p' },
            ],
          }),
    })),
  };
}

function source(resources: readonly (CodeSystem | ValueSet)[]): ConformanceSource {
  return {
    find: (type, canonical) =>
      Promise.resolve(
        resources
          .filter(({ resourceType, url }) => resourceType === type && url === canonical)
          .map((resource) => ({ resource: resource as never, scope: '' }))[0],
      ),
    conceptMaps: () => Promise.resolve([]),
  };
}

/** The codes at and below one, by the obvious way. */
function below(parents: readonly number[], root: number): Set<string> {
  const found = new Set([CODES[root] ?? '']);
  for (let index = 1; index < CODES.length; index += 1) {
    const parent = CODES[(parents[index - 1] ?? 0) % index] ?? '';
    if (found.has(parent)) found.add(CODES[index] ?? '');
  }
  return found;
}

const parentsArb = fc.array(fc.nat(5), { minLength: 5, maxLength: 5 });
const partArb = fc.oneof(
  fc.record({ kind: fc.constant('all' as const), system: fc.nat(1) }),
  fc.record({
    kind: fc.constant('list' as const),
    system: fc.nat(1),
    codes: fc.uniqueArray(fc.constantFrom(...CODES), { minLength: 1 }),
  }),
  fc.record({
    kind: fc.constantFrom('is-a' as const, 'descendent-of' as const, 'is-not-a' as const),
    system: fc.nat(1),
    root: fc.nat(5),
  }),
);
type Part = typeof partArb extends fc.Arbitrary<infer T> ? T : never;

function include(part: Part): ValueSetComposeInclude {
  const system = SYSTEMS[part.system] ?? '';
  if (part.kind === 'all') return { system };
  if (part.kind === 'list') return { system, concept: part.codes.map((code) => ({ code })) };
  return {
    system,
    filter: [{ property: 'concept', op: part.kind, value: CODES[part.root] ?? '' }],
  };
}

/** What the part means, as a set. */
function meaning(part: Part, parents: readonly number[]): Set<string> {
  const key = (code: string): string => `${SYSTEMS[part.system] ?? ''}|${code}`;
  if (part.kind === 'all') return new Set(CODES.map(key));
  if (part.kind === 'list') return new Set(part.codes.map(key));
  const under = below(parents, part.root);
  const root = CODES[part.root] ?? '';
  return new Set(
    CODES.filter((code) => {
      if (part.kind === 'is-not-a') return !under.has(code);
      return under.has(code) && (part.kind === 'is-a' || code !== root);
    }).map(key),
  );
}

describe('expansion', () => {
  test('FHIR R4 valueset#compositions: includes are united, excludes taken away, and each code judged alike', async () => {
    await fc.assert(
      fc.asyncProperty(
        parentsArb,
        fc.array(partArb, { minLength: 1, maxLength: 4 }),
        fc.array(partArb, { maxLength: 3 }),
        async (parents, included, excluded) => {
          const terminology = createTerminology(
            source(SYSTEMS.map((url) => codeSystem(url, parents))),
          );
          const set = await terminology.compile({
            resourceType: 'ValueSet',
            status: 'active',
            compose: { include: included.map(include), exclude: excluded.map(include) },
          });
          const expected = new Set(included.flatMap((part) => [...meaning(part, parents)]));
          for (const part of excluded)
            for (const key of meaning(part, parents)) expected.delete(key);
          expect(new Set(set.members().keys())).toEqual(expected);
          for (const system of SYSTEMS) {
            for (const code of CODES) {
              const member = expected.has(`${system}|${code}`) ? 'in' : 'out';
              expect(set.member(system, code)).toBe(member);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('FHIR R4 valueset#compositions: what one include says is met together', async () => {
    await fc.assert(
      fc.asyncProperty(parentsArb, partArb, partArb, async (parents, first, second) => {
        const nested: ValueSet = {
          resourceType: 'ValueSet',
          url: 'urn:test:nested',
          status: 'active',
          compose: { include: [include(second)] },
        };
        const terminology = createTerminology(
          source([...SYSTEMS.map((url) => codeSystem(url, parents)), nested]),
        );
        const set = await terminology.compile({
          resourceType: 'ValueSet',
          status: 'active',
          compose: { include: [{ ...include(first), valueSet: ['urn:test:nested'] }] },
        });
        const other = meaning(second, parents);
        const expected = [...meaning(first, parents)].filter((key) => other.has(key));
        expect([...set.members().keys()].sort()).toEqual(expected.sort());
      }),
      { numRuns: 200 },
    );
  });

  test('a value set that contains itself is seen, over any number of others', async () => {
    const nested = (url: string, inner: string): ValueSet => ({
      resourceType: 'ValueSet',
      url,
      status: 'active',
      compose: { include: [{ valueSet: [inner] }] },
    });
    const terminology = createTerminology(
      source([nested('urn:1', 'urn:2'), nested('urn:2', 'urn:3'), nested('urn:3', 'urn:1')]),
    );
    const error: unknown = await terminology.valueSet('urn:1').catch((thrown: unknown) => thrown);
    expect(isFhirError(error) && error.code).toBe('TERMINOLOGY_CYCLE');
  });

  test('a system that is not loaded: unknown by filter, and listed codes are members all the same', async () => {
    const terminology = createTerminology(source([]));
    const set = await terminology.compile({
      resourceType: 'ValueSet',
      status: 'active',
      compose: {
        include: [
          { system: 'urn:far', concept: [{ code: 'x' }] },
          { system: 'urn:far', filter: [{ property: 'concept', op: 'is-a', value: 'y' }] },
        ],
      },
    });
    expect(set.member('urn:far', 'x')).toBe('in');
    expect(set.member('urn:far', 'z')).toBe('unknown');
    expect(set.member('urn:near', 'x')).toBe('out');
    expect(() => set.members()).toThrow(/not loaded/);
  });

  test('an expansion has a limit', async () => {
    const concept = Array.from({ length: 20_001 }, (_, index) => ({ code: String(index) }));
    const terminology = createTerminology(source([]));
    const set = await terminology.compile({
      resourceType: 'ValueSet',
      status: 'active',
      compose: { include: [{ system: 'urn:far', concept }] },
    });
    expect(() => set.members()).toThrow(/larger than the limit of 20000/);
    expect(set.member('urn:far', '20000')).toBe('in');
  });

  test.each([
    ['many includes of a large system', Array(200).fill({ system: 'urn:large' })],
    [
      'an expression over long texts',
      [
        {
          system: 'urn:large',
          filter: [{ property: 'definition', op: 'regex', value: '.*.*(a|b)(a|b)(a|b)~' }],
        },
      ],
    ],
  ] as [string, ValueSetComposeInclude[]][])(
    'a question has a limit of its work: %s',
    async (_, include) => {
      const concept = Array.from({ length: 30_000 }, (_, index) => ({
        code: String(index),
        definition: 'a'.repeat(200),
      }));
      const large: CodeSystem = {
        resourceType: 'CodeSystem',
        url: 'urn:large',
        status: 'active',
        content: 'complete',
        concept,
      };
      const never = { property: 'code', op: '=', value: 'none' } as const;
      const terminology = createTerminology(source([large]));
      const set = await terminology.compile({
        resourceType: 'ValueSet',
        status: 'active',
        compose: { include: include.map((one) => ({ filter: [never], ...one })) },
      });
      const start = performance.now();
      expect(() => set.members()).toThrow(
        expect.objectContaining({ code: 'TERMINOLOGY_TOO_COSTLY' }),
      );
      expect(performance.now() - start).toBeLessThan(2_000);
      // The next question has its own.
      expect(set.member('urn:large', '7')).toBe('out');
    },
  );

  test('filters count as much as value sets', async () => {
    const filter = Array.from({ length: 600 }, () => ({
      property: 'concept',
      op: 'is-a' as const,
      value: 'p',
    }));
    const terminology = createTerminology(source([codeSystem('urn:test:a', [0, 0, 0, 0, 0])]));
    const compiled = terminology.compile({
      resourceType: 'ValueSet',
      status: 'active',
      compose: { include: [{ system: 'urn:test:a', filter }] },
    });
    await expect(compiled).rejects.toMatchObject({ code: 'TERMINOLOGY_TOO_COSTLY' });
  });

  test('a code with a hundred thousand parents is opened at once', () => {
    const concept = Array.from({ length: 100_000 }, (_, index) => ({
      code: String(index),
      property: [{ code: 'child', valueCode: 'leaf' }],
    }));
    const start = performance.now();
    const system = openCodeSystem({
      resourceType: 'CodeSystem',
      status: 'active',
      content: 'complete',
      concept: [...concept, { code: 'leaf' }],
    });
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(system.find('leaf')?.parents).toHaveLength(100_000);
  });
});
