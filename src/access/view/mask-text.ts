import type { MaskKind } from './field-view.ts';

/** The start of a date or dateTime. @see https://hl7.org/fhir/R4/datatypes.html#dateTime */
const DATE = /^\d{4}(?:-\d{2})?/;

/** Types that stay valid when they are shortened to a year or a month; an instant does not. */
const DATES: ReadonlySet<string> = new Set(['date', 'dateTime']);

/** Types of which the first characters mean something. */
const TEXTS: ReadonlySet<string> = new Set(['string', 'code', 'markdown']);

/**
 * Shows less of a primitive value.
 * @param type type code of the value
 * @param kinds the first that can be applied counts
 * @returns undefined where none can: then nothing is shown
 */
export function maskText(
  value: unknown,
  type: string,
  kinds: readonly MaskKind[],
): string | undefined {
  if (typeof value !== 'string') return undefined;
  for (const kind of kinds) {
    const masked =
      kind === 'year' || kind === 'month'
        ? maskDate(value, type, kind)
        : maskString(value, type, Number(kind.slice('prefix-'.length)));
    if (masked !== undefined) return masked;
  }
  return undefined;
}

function maskDate(value: string, type: string, kind: 'year' | 'month'): string | undefined {
  if (!DATES.has(type)) return undefined;
  return DATE.exec(value)?.[0].slice(0, kind === 'year' ? 'YYYY'.length : 'YYYY-MM'.length);
}

/** Whole characters, so that none is cut in two. */
function maskString(value: string, type: string, length: number): string | undefined {
  if (!TEXTS.has(type)) return undefined;
  const prefix = Array.from(value).slice(0, length).join('').trimEnd();
  return prefix === '' ? undefined : prefix;
}
