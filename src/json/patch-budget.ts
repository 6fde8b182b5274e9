import { fhirError } from '../outcome/codes.ts';

/** Values that the operations of one patch may put somewhere, all together. */
export const MAX_PATCHED_NODES = 100_000;
/** Characters of the strings and names among them: a copied string costs nothing in memory, but in the text. */
export const MAX_PATCHED_CHARACTERS = 16_000_000;
/** Levels from the resource down at which an operation may put a value; valid resources have far fewer. */
export const MAX_PATCHED_DEPTH = 64;

/**
 * What one patch may still cost. Each `copy` can double a document, so that a few operations of a few bytes would fill the
 * memory.
 */
export interface PatchBudget {
  /**
   * A copy of a value, paid for. Raw numbers stay as they are; they cannot be changed anyway.
   * @param depth levels from the resource down to where the copy goes
   * @throws FhirError `FHIR_INVALID_PATCH`
   */
  copy(value: unknown, depth: number): unknown;
}

/** A full budget. */
export function patchBudget(): PatchBudget {
  let nodes = 0;
  let characters = 0;
  return { copy };

  function copy(value: unknown, depth: number): unknown {
    if (depth > MAX_PATCHED_DEPTH) throw over(`${String(MAX_PATCHED_DEPTH)} levels`);
    nodes += 1;
    if (nodes > MAX_PATCHED_NODES) throw over(`${String(MAX_PATCHED_NODES)} values`);
    if (typeof value === 'string') return payText(value);
    if (typeof value !== 'object' || value === null) return value;
    if (isRawNumber(value)) {
      payText(value.rawJSON);
      return value;
    }
    if (Array.isArray(value)) return value.map((item: unknown) => copy(item, depth + 1));
    const members = Object.entries(value).map(([key, item]) => [
      payText(key),
      copy(item, depth + 1),
    ]);
    return Object.fromEntries(members) as unknown;
  }

  function payText(text: string): string {
    characters += text.length;
    if (characters <= MAX_PATCHED_CHARACTERS) return text;
    throw over(`${String(MAX_PATCHED_CHARACTERS)} characters`);
  }
}

/** True for a number that is kept as it was written. */
export function isRawNumber(value: object): value is { readonly rawJSON: string } {
  return (JSON as unknown as { isRawJSON(item: unknown): boolean }).isRawJSON(value);
}

function over(limit: string) {
  return fhirError('FHIR_INVALID_PATCH', {
    reason: `its operations put more than ${limit} in place`,
  });
}
