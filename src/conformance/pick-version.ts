/** Something with a business version. */
export interface Versioned {
  readonly version?: string | undefined;
}

/**
 * The candidate with the version asked for: the same, or the newest that begins with it (`1.2` finds `1.2.9`); without a
 * version the newest of all.
 * @see https://hl7.org/fhir/R4/references.html#canonical
 */
export function pickVersion<T extends Versioned>(
  candidates: readonly T[],
  version: string | undefined,
): T | undefined {
  const fitting =
    version === undefined
      ? candidates
      : candidates.filter(
          (it) => it.version === version || it.version?.startsWith(`${version}.`) === true,
        );
  const exact = fitting.find((it) => version !== undefined && it.version === version);
  return exact ?? fitting.toSorted((a, b) => compareVersions(b.version, a.version))[0];
}

/** Order of versions: number by number, and what is no number as text; nothing before something. */
export function compareVersions(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const left = a.split(/[.-]/);
  const right = b.split(/[.-]/);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const order = comparePart(left[index], right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(a: string | undefined, b: string | undefined): number {
  // A label after the numbers stands for a version before the release: 1.0.0-rc comes before 1.0.0.
  if (a === undefined || b === undefined) {
    const longer = a ?? b ?? '';
    const sign = a === undefined ? -1 : 1;
    return /^\d/.test(longer) ? sign : -sign;
  }
  const numeric = /^\d{1,15}$/.test(a) && /^\d{1,15}$/.test(b);
  if (numeric) return Math.sign(Number(a) - Number(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
