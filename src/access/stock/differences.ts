import type { Definitions, SearchParameterType } from '../../definitions/model.ts';
import { splitQuery } from '../../search/parse-query.ts';
import { isProtected, isReachedByWildcard } from '../admin-types.ts';
import { asObject } from '../json-object.ts';
import type { StockFinding } from './stock-finding.ts';

type Fields = Readonly<Record<string, unknown>>;

const FIELD_ELEMENTS = ['hiddenFields', 'readonlyFields', 'writeConstraint'] as const;

/** Types that a stock server lets everybody read whose policy does not mention them. */
const IMPLIED = ['SearchParameter', 'StructureDefinition'] as const;

/** What a stock server never finds when it judges a resource in memory. */
const NEVER_IN_MEMORY: ReadonlySet<SearchParameterType> = new Set([
  'number',
  'quantity',
  'composite',
  'special',
]);

/** Where an AccessPolicy, accepted here, means something else than on a stock Medplum server. */
export function differencesOf(definitions: Definitions, policy: Fields): readonly StockFinding[] {
  const entries = listOf(policy['resource']).map((entry): Fields => asObject(entry) ?? {});
  return [
    ...implied(entries),
    ...network(policy),
    ...entries.flatMap((entry, index) => ofEntry(definitions, entry, `resource[${index}]`)),
    ...severalOfOneType(entries),
  ];
}

function differs(text: string, path?: string): StockFinding {
  return { level: 'differs', text, ...(path === undefined ? {} : { path }) };
}

function implied(entries: readonly Fields[]): readonly StockFinding[] {
  const named = new Set(entries.map(({ resourceType }) => resourceType));
  if (named.has('*')) return [];
  return IMPLIED.filter((type) => !named.has(type)).map((type) =>
    differs(`${type} can be read there without being mentioned; here an entry must say so`),
  );
}

function network(policy: Fields): readonly StockFinding[] {
  const rules = listOf(policy['ipAccessRule']);
  return [
    ...(rules.length === 0
      ? []
      : [
          differs(
            'network rules are asked at sign-in there and with each request here, and networks are written as 10.1.0.0/16',
            'ipAccessRule',
          ),
        ]),
    ...rules.flatMap((rule, index) => {
      const value = asObject(rule)?.['value'];
      const prefix = typeof value === 'string' && /^\d{1,3}(?:\.\d{1,3}){0,2}\.?$/.test(value);
      return prefix
        ? [
            differs(
              `${JSON.stringify(value)} is a beginning of text there, and ${cidrOf(value)} here`,
              `ipAccessRule[${index}]`,
            ),
          ]
        : [];
    }),
  ];
}

/** `10.1` → `10.1.0.0/16` */
function cidrOf(prefix: string): string {
  const parts = prefix.split('.').filter((part) => part !== '');
  return `${[...parts, '0', '0', '0', '0'].slice(0, 4).join('.')}/${parts.length * 8}`;
}

function ofEntry(definitions: Definitions, entry: Fields, path: string): readonly StockFinding[] {
  const { resourceType, criteria, compartment } = entry;
  const found: StockFinding[] = [];
  const type = typeof resourceType === 'string' ? resourceType : '';
  if (type === '*') {
    found.push(differs('* reaches ClientApplication and Bot there; here they must be named', path));
  } else if (definitions.isResourceType(type) && !isReachedByWildcard(type) && !isProtected(type)) {
    found.push(
      differs(
        `only project admins get ${type} there; here the entry gives it to whoever has it`,
        path,
      ),
    );
  }
  if (type === 'Binary' && (criteria !== undefined || compartment !== undefined)) {
    found.push(differs('of Binary, criteria mean nothing there and must hold here', path));
  }
  if (compartment !== undefined) {
    found.push(
      differs(
        'a compartment marks created resources there; here it narrows and marks nothing',
        path,
      ),
    );
  }
  if (listOf(entry['hiddenFields']).length > 0) {
    found.push(
      differs('hidden elements can be searched and sorted by there; here that is refused', path),
    );
  }
  if (listOf(entry['readonlyFields']).some((field) => String(field).includes('.'))) {
    found.push(differs('an update deletes nested readonly elements there; here they stay', path));
  }
  if (typeof criteria === 'string') found.push(...ofCriteria(definitions, type, criteria, path));
  return found;
}

function ofCriteria(
  definitions: Definitions,
  type: string,
  criteria: string,
  path: string,
): readonly StockFinding[] {
  const parameters = definitions.searchParameters(type);
  const names = (splitQuery(criteria.slice(criteria.indexOf('?') + 1)) ?? []).map(([name]) => name);
  return names.flatMap((name): readonly StockFinding[] => {
    const kind = parameters.get(name.split(':', 1)[0] ?? '')?.type;
    if (kind === 'string' && !name.includes(':')) {
      const text = `${name} holds anywhere in the text there; here it is the beginning, with ${name}:contains anywhere`;
      return [differs(text, path)];
    }
    if (kind !== undefined && NEVER_IN_MEMORY.has(kind)) {
      const text = `${name} is a ${kind}, which writes never satisfy there; here it is judged like any other`;
      return [differs(text, path)];
    }
    return [];
  });
}

function severalOfOneType(entries: readonly Fields[]): readonly StockFinding[] {
  const byType = Map.groupBy(entries.entries(), ([, { resourceType }]) => resourceType);
  return [...byType.values()].flatMap((same) => {
    const [, second] = same;
    const about = FIELD_ELEMENTS.filter((element) =>
      same.some(([, entry]) => entry[element] !== undefined),
    );
    if (second === undefined || about.length === 0) return [];
    const where = same.map(([index]) => index).join(', ');
    return [
      differs(
        `entries ${where} are about one type: there the first that matches gives its ${about.join(' and ')}, here an element is hidden or readonly if all that hold say so, and one entry that allows a write is enough`,
        `resource[${same[0]?.[0] ?? 0}]`,
      ),
    ];
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
