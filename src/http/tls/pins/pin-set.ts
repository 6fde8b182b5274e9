import { z } from 'zod';

/** Seconds of a day. */
export const DAY = 86_400;

/** Days before its first use that a pin is announced: longer than the slowest update of an app. */
export const LEAD_DAYS = 90;

const seconds = z.int().min(0).max(4_102_444_800);

/** SHA-256 in base64. */
const spki = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);

const pin = z.strictObject({
  spki,
  /** Seconds since 1970 between which a server may show the key. */
  from: seconds,
  to: seconds,
  /** When the set first held the pin. */
  announced: seconds,
});

const content = z.strictObject({
  host: z.string().min(1).max(253),
  pins: z.array(pin).min(1).max(20),
  /** Lowest version of the app that knows how to check the set. */
  minApp: z.string().min(1).max(40),
  /** Grows with each set, so that an app notices an older one. */
  seq: z.int().min(1),
  exp: seconds,
});

/** One key that a server may show. */
export type Pin = z.output<typeof pin>;

/** What the signed set says. @see TR-03161-1 O.Ntwk_4 */
export type PinSet = z.output<typeof content>;

/** A set, if it is one that holds together; else what is wrong. */
export function readPinSet(value: unknown): PinSet | string {
  const result = content.safeParse(value);
  if (!result.success) {
    return result.error.issues
      .map(({ path, message }) => `${path.join('.')}: ${message}`)
      .join('; ')
      .slice(0, 500);
  }
  const set = result.data;
  if (new Set(set.pins.map((one) => one.spki)).size < set.pins.length) return 'a pin stands twice';
  if (set.pins.some(({ from, to }) => to <= from)) return 'a pin ends before it begins';
  return set;
}

/**
 * Why a key may not be shown now; undefined: it may. Beyond its place in the set, what the set added later must have been
 * announced long enough before; the pins of the first set are known to apps from their build.
 * @param now seconds since 1970
 */
export function pinRefusal(set: PinSet, key: string, now: number): string | undefined {
  const found = set.pins.find((one) => one.spki === key);
  if (found === undefined) return 'it is not in the published set of pins';
  if (now < found.from) return `its pin is valid from ${instantOf(found.from)} on`;
  if (now >= found.to) return `its pin was valid until ${instantOf(found.to)}`;
  const first = Math.min(...set.pins.map(({ announced }) => announced));
  if (found.announced > first && found.from - found.announced < LEAD_DAYS * DAY) {
    return `its pin was announced less than ${LEAD_DAYS} days before its use`;
  }
  return undefined;
}

/** How many pins of a set are valid now or will be. @param now seconds since 1970 */
export function futureValid(set: PinSet, now: number): number {
  return set.pins.filter(({ to }) => to > now).length;
}

function instantOf(time: number): string {
  return new Date(time * 1000).toISOString();
}
