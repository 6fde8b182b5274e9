import fc, { type Arbitrary } from 'fast-check';
import {
  ALL,
  type Comparator,
  NONE,
  or,
  type SearchExpression,
} from '../../src/search/expression.ts';
import {
  type IndexedResource,
  type IndexValue,
  normalizeString,
  partName,
} from '../../src/search/index-values.ts';

/**
 * Generators of resources, as the index sees them, and of expressions about them, over values so few that they meet
 * often. For every property of the form "two ways of answering a search agree".
 */
export interface SearchUniverse {
  /** Resource type whose search parameters these are. */
  readonly type: string;
  readonly token: readonly string[];
  readonly reference: readonly string[];
  readonly string: readonly string[];
  readonly uri: readonly string[];
  readonly date: readonly string[];
  readonly number: readonly string[];
  readonly quantity: readonly string[];
  /** Composites of a token, a quantity and a text. */
  readonly composite: readonly string[];
}

/** Parameters of Observation: every kind but number. */
export const OBSERVATION: SearchUniverse = {
  type: 'Observation',
  token: ['code', 'status'],
  reference: ['subject', 'performer'],
  string: ['value-string'],
  uri: ['_profile'],
  date: ['date'],
  number: [],
  quantity: ['value-quantity'],
  composite: ['code-value-quantity'],
};

/** Parameters of RiskAssessment: the kind that Observation lacks. */
export const RISK_ASSESSMENT: SearchUniverse = {
  type: 'RiskAssessment',
  token: ['risk'],
  reference: ['subject'],
  string: [],
  uri: ['_profile'],
  date: ['date'],
  number: ['probability'],
  quantity: [],
  composite: [],
};

/** 2024-05-01T00:00:00Z */
const DAY_0 = Date.UTC(2024, 4, 1);
const HOUR = 3_600_000;
const COMPARATORS: readonly Comparator[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];
const PRECISE: ReadonlySet<Comparator> = new Set(['eq', 'ne', 'ap']);

const ids = fc.constantFrom('1', '2', 'abc', 'A.b-3');
const types = fc.constantFrom('Patient', 'Location');
const urls = fc.constantFrom(
  'http://example.org/a',
  'http://example.org/A',
  'http://example.org/a/b',
  'http://example.org/ab',
  'http://example.org/a/',
  'urn:uuid:1',
);
const codes = fc.constantFrom('a', 'b', 'A', 'a|b', "o'c");
const systems = fc.constantFrom('s', 't');
const texts = fc
  .oneof(
    fc.constantFrom(
      'Müller',
      'muller',
      'MÜLLER-Lüdenscheidt',
      'a%b',
      'a_b',
      'a\\b',
      'x   Y',
      'ß',
      'ss',
    ),
    fc.string({
      unit: fc.constantFrom('a', 'A', 'ä', ' ', '%', '_', '\\'),
      minLength: 1,
      maxLength: 4,
    }),
  )
  .filter((text) => normalizeString(text) !== '');
const units = fc.constantFrom('mg', 'kg');
const step = fc.integer({ min: 0, max: 6 });
const points = fc.integer({ min: -4, max: 4 }).map((n) => n / 2);

const interval = fc
  .tuple(step, fc.integer({ min: 1, max: 3 }))
  .map(([low, length]) => ({ low: DAY_0 + low * HOUR, high: DAY_0 + (low + length) * HOUR }));

const storedInterval = fc.oneof(
  { weight: 4, arbitrary: interval },
  { weight: 1, arbitrary: interval.map(({ low }) => ({ low, high: Infinity })) },
  { weight: 1, arbitrary: interval.map(({ high }) => ({ low: -Infinity, high })) },
);

const system = fc.oneof(
  fc.constant({}),
  systems.map((name) => ({ system: name })),
);
const target = fc.record({ type: types, id: ids });
const url = urls.map((text) => ({ url: text }));

/** Base units: the number in them is another one, so that both are never mixed up unnoticed. */
const canonical = (value: number) =>
  fc.constantFrom('g', 'm').map((name) => ({
    canonical: { low: value + 1, high: value + 1, unit: name },
  }));

function amountOf(param: string): Arbitrary<IndexValue & { readonly kind: 'quantity' }> {
  return points.chain((value) => {
    const amount = { kind: 'quantity', param, low: value, high: value } as const;
    return fc.oneof(
      fc.constant(amount),
      fc.tuple(units, system).map(([name, of]) => ({ ...amount, unit: name, ...of })),
      // Units of UCUM are asked for in base units, never by system and unit: no search names this system.
      canonical(value).map((of) => ({ ...amount, unit: 'mg', system: 'ucum', ...of })),
    );
  });
}

/** One element: each of its parts has a value or two. */
function element(param: string): Arbitrary<IndexValue> {
  const token = fc
    .tuple(codes, system)
    .map(([code, of]) => ({ kind: 'token', param: partName(param, 0), code, ...of }) as const);
  const text = texts.map(
    (value) => ({ kind: 'string', param: partName(param, 2), value }) as const,
  );
  return fc
    .tuple(
      fc.array(token, { minLength: 1, maxLength: 2 }),
      fc.array(amountOf(partName(param, 1)), { minLength: 1, maxLength: 2 }),
      fc.array(text, { minLength: 1, maxLength: 2 }),
    )
    .map((parts) => ({ kind: 'composite', param, values: parts.flat() }) as const);
}

/** One stored value under any parameter of the universe. */
export function indexValue(universe: SearchUniverse): Arbitrary<IndexValue> {
  const { token, reference, string, uri, date, number, quantity, composite } = universe;
  return fc.oneof(
    ...token.map((param) => texts.map((value) => ({ kind: 'label', param, value }) as const)),
    ...composite.map(element),
    ...token.map((param) =>
      fc.tuple(codes, system).map(([code, of]) => ({ kind: 'token', param, code, ...of }) as const),
    ),
    ...reference.map((param) =>
      fc.oneof(target, url).map((to) => ({ kind: 'reference', param, ...to }) as const),
    ),
    ...string.map((param) => texts.map((value) => ({ kind: 'string', param, value }) as const)),
    ...uri.map((param) => urls.map((value) => ({ kind: 'uri', param, value }) as const)),
    ...date.map((param) =>
      storedInterval.map((ends) => ({ kind: 'date', param, ...ends }) as const),
    ),
    ...number.map((param) =>
      points.map((value) => ({ kind: 'number', param, low: value, high: value }) as const),
    ),
    ...quantity.map(amountOf),
  );
}

/** A resource with up to six values. */
export function indexedResource(universe: SearchUniverse): Arbitrary<IndexedResource> {
  return fc.record({
    type: fc.constant(universe.type),
    id: ids,
    lastUpdated: step.map((hours) => DAY_0 + hours * HOUR),
    values: fc.array(indexValue(universe), { maxLength: 6 }),
    patients: fc.uniqueArray(ids, { maxLength: 2 }),
  });
}

const comparedDate = fc.record({ comparator: fc.constantFrom(...COMPARATORS), ends: interval });

/** Prefixes that ignore the precision ask about a point, the others about an interval around it. */
const comparedNumber = fc
  .record({ comparator: fc.constantFrom(...COMPARATORS), value: points })
  .map(({ comparator, value }) => {
    const margin = PRECISE.has(comparator) ? 0.5 : 0;
    return { comparator, low: value - margin, high: value + margin };
  });

const searchedUnit = fc.oneof(
  fc.constant({}),
  units.map((name) => ({ unit: name })),
  fc.record({ unit: units, system: systems }),
);

/** In base units there is no unit beside. */
const searchedAmount = fc.oneof(
  fc.tuple(comparedNumber, searchedUnit).map(([of, measure]) => ({ ...of, ...measure })),
  fc
    .tuple(comparedNumber, fc.constantFrom('g', 'm'))
    .map(([of, base]) => ({ ...of, canonical: base })),
);

const searchedToken = fc.oneof(
  codes.map((code) => ({ code })),
  systems.map((name) => ({ system: name })),
  fc.record({ code: codes, system: systems }),
  codes.map((code) => ({ code, system: null })),
);

/** One condition, as the parser makes them. */
export function searchLeaf(universe: SearchUniverse): Arbitrary<SearchExpression> {
  const { token, reference, string, uri, date, number, quantity, composite } = universe;
  const all = [...token, ...reference, ...string, ...uri, ...date, ...number, ...quantity];
  return fc.oneof(
    fc.constantFrom(ALL, NONE),
    fc.uniqueArray(ids, { minLength: 1 }).map((list) => ({ kind: 'id', ids: list }) as const),
    ids.map((patient) => ({ kind: 'compartment', patient }) as const),
    fc.tuple(fc.constantFrom(...all), fc.boolean()).map(([param, missing]) => {
      return { kind: 'missing', param, missing } as const;
    }),
    ...token.map((param) => searchedToken.map((of) => ({ kind: 'token', param, ...of }) as const)),
    ...reference.map((param) =>
      fc
        .oneof(
          target,
          url,
          ids.map((id) => ({ id })),
        )
        .map((to) => ({ kind: 'reference', param, ...to }) as const),
    ),
    ...string.map((param) =>
      fc.tuple(fc.constantFrom('starts', 'contains', 'exact'), texts).map(([mode, text]) => {
        const value = mode === 'exact' ? text : normalizeString(text);
        return { kind: 'string', param, mode, value } as const;
      }),
    ),
    ...uri.map((param) => urls.map((value) => ({ kind: 'uri', param, value }) as const)),
    ...[...date, '_lastUpdated'].map((param) =>
      comparedDate.map(({ comparator, ends }) => {
        return { kind: 'date', param, comparator, ...ends } as const;
      }),
    ),
    ...number.map((param) =>
      comparedNumber.map((of) => ({ kind: 'number', param, ...of }) as const),
    ),
    ...quantity.map((param) =>
      searchedAmount.map((of) => ({ kind: 'quantity', param, ...of }) as const),
    ),
    ...token.map((param) =>
      texts.map((text) => ({ kind: 'token-text', param, value: normalizeString(text) }) as const),
    ),
    ...uri.map((param) =>
      fc
        .constantFrom('http://example.org', 'http://example.org/a', 'http://example.org/a/b')
        .map((value) => ({ kind: 'uri', param, value, mode: 'below' }) as const),
    ),
    ...composite.map((param) =>
      fc
        .tuple(
          fc.array(searchedToken, { minLength: 1, maxLength: 2 }),
          searchedAmount,
          fc.tuple(fc.constantFrom('starts', 'contains', 'exact'), texts),
        )
        .map(([tokens, amount, [mode, text]]): SearchExpression => {
          const value = mode === 'exact' ? text : normalizeString(text);
          const any = tokens.map(
            (of) => ({ kind: 'token', param: partName(param, 0), ...of }) as const,
          );
          return {
            kind: 'composite',
            param,
            components: [
              or(...any),
              { kind: 'quantity', param: partName(param, 1), ...amount },
              { kind: 'string', param: partName(param, 2), mode, value },
            ],
          };
        }),
    ),
  );
}

/** An expression of any shape, deep enough for every rewriter to find its pattern, and not normalised. */
export function searchExpression(universe: SearchUniverse): Arbitrary<SearchExpression> {
  return fc.letrec<{ tree: SearchExpression }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      searchLeaf(universe),
      fc
        .array(tie('tree'), { maxLength: 4 })
        .map((operands) => ({ kind: 'and', operands }) as const),
      fc
        .array(tie('tree'), { maxLength: 4 })
        .map((operands) => ({ kind: 'or', operands }) as const),
      tie('tree').map((operand) => ({ kind: 'not', operand }) as const),
    ),
  })).tree;
}
