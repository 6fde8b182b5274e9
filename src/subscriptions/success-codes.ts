/** Ranges of one extension that are read. */
const MAX_RANGES = 50;

/**
 * Reads `200,201,410-600`: the HTTP status codes that count as delivered.
 * @returns undefined where the text is something else
 * @see https://www.medplum.com/docs/subscriptions/subscription-extensions
 */
export function readSuccessCodes(text: string): ((status: number) => boolean) | undefined {
  const parts = text.length > 1_000 ? [] : text.split(',');
  if (parts.length === 0 || parts.length > MAX_RANGES) return undefined;
  const ranges: (readonly [low: number, high: number])[] = [];
  for (const part of parts) {
    const found = /^\s*(\d{3})(?:-(\d{3}))?\s*$/.exec(part);
    if (found === null) return undefined;
    const low = Number(found[1]);
    const high = Number(found[2] ?? found[1]);
    if (high < low) return undefined;
    ranges.push([low, high]);
  }
  return (status) => ranges.some(([low, high]) => status >= low && status <= high);
}
