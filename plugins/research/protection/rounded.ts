/** A count as it is published: rounded to the nearest multiple of the base, halves up. */
export function roundedCount(count: number, base: number): number {
  return Math.round(count / base) * base;
}
