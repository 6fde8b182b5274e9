import { projectAdminResourceTypes } from '@medplum/core';
import type { StockLoss } from './stock-loss.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Variables that have no value by themselves there. */
const GIVEN = /%(?!patient\b|profile\b)[A-Za-z_]\w*/g;

const ADMIN: ReadonlySet<string> = new Set(projectAdminResourceTypes);

/** Where entries that a stock server takes protect less there than here. Indexes are those of the policy as written here. */
export function weaknessesOf(
  entries: readonly (readonly [number, Fields])[],
): readonly StockLoss[] {
  const found: StockLoss[] = [
    {
      level: 'weaker',
      text: 'SearchParameter and StructureDefinition can be read there without being mentioned',
    },
  ];
  const admin = entries
    .map(([, entry]) => String(entry['resourceType']))
    .filter((t) => ADMIN.has(t));
  if (admin.length > 0) {
    const text = `${[...new Set(admin)].join(', ')} are open there to members with admin alone, whatever the policy says`;
    found.push({ level: 'weaker', text });
  }
  for (const [index, entry] of entries) {
    const path = `resource[${index}]`;
    const { criteria } = entry;
    const given = typeof criteria === 'string' ? criteria.match(GIVEN) : [];
    for (const variable of new Set(given)) {
      const text = `the membership must give ${variable} a value, or the entry allows nothing`;
      found.push({ level: 'needs', path, text });
    }
    if (entry['resourceType'] === 'Binary') {
      const text = 'a file without securityContext is open there to everybody who knows its id';
      found.push({ level: 'weaker', path, text });
    }
    const hidden = listOf(entry['hiddenFields']);
    if (hidden.length > 0) {
      const text = `hidden there, and yet to be searched and sorted by: ${hidden.join(', ')}`;
      found.push({ level: 'weaker', path, text });
    }
    if (widensReading(entries, entry)) {
      const text =
        'releases up to 5.0.10 do not ask which interaction an entry is for: reading has its criteria too';
      found.push({ level: 'weaker', path, text });
    }
  }
  return found;
}

/** True if the entry does not let read, others of its type do, and it holds for more resources than any of them. */
function widensReading(entries: readonly (readonly [number, Fields])[], entry: Fields): boolean {
  if (reads(entry)) return false;
  const readers = entries
    .map(([, other]) => other)
    .filter((other) => other['resourceType'] === entry['resourceType'] && reads(other));
  const own = conditionsOf(entry);
  return (
    readers.length > 0 &&
    !readers.some((reader) => [...conditionsOf(reader)].every((condition) => own.has(condition)))
  );
}

function reads({ interaction }: Fields): boolean {
  if (interaction === undefined) return true;
  const names = listOf(interaction);
  return names.includes('read') || names.includes('search');
}

function conditionsOf({ criteria }: Fields): ReadonlySet<string> {
  return typeof criteria === 'string'
    ? new Set(criteria.slice(criteria.indexOf('?') + 1).split('&'))
    : new Set();
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
