import { TlsError } from '../tls-error.ts';
import { DAY, LEAD_DAYS, type PinSet } from './pin-set.ts';

/** Days for which a set that is signed is good, and for which a pin is unless told. */
export const SET_DAYS = 365;
const PIN_DAYS = 3 * 365;

/** What a first set is made of. */
export interface FirstSet {
  readonly host: string;
  /** The key in use, and at least one that lies in reserve. */
  readonly pins: readonly string[];
  readonly minApp: string;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * The first set, which apps are built with. All of its keys may be used at once: the reserve is for the day on which the
 * key in use is lost.
 * @throws TlsError `TLS_PINS_INVALID`: there is no reserve
 */
export function firstSet({ host, pins, minApp, now }: FirstSet): PinSet {
  if (new Set(pins).size < 2) {
    throw new TlsError('TLS_PINS_INVALID', 'a set needs the key in use and one in reserve');
  }
  return {
    host,
    pins: [...new Set(pins)].map((spki) => ({
      spki,
      from: now,
      to: now + PIN_DAYS * DAY,
      announced: now,
    })),
    minApp,
    seq: 1,
    exp: now + SET_DAYS * DAY,
  };
}

/**
 * A set with one more pin, which may be used when apps have had the time to learn of it.
 * @param leadDays days until then
 * @throws TlsError `TLS_PINS_INVALID`: too early, or the set has it
 */
export function announcePin(set: PinSet, spki: string, now: number, leadDays = LEAD_DAYS): PinSet {
  if (!(leadDays >= LEAD_DAYS)) {
    throw new TlsError('TLS_PINS_INVALID', `a pin is announced ${LEAD_DAYS} days ahead or more`);
  }
  if (set.pins.some((pin) => pin.spki === spki)) {
    throw new TlsError('TLS_PINS_INVALID', 'the set has this pin already');
  }
  const from = now + leadDays * DAY;
  const pin = { spki, from, to: from + PIN_DAYS * DAY, announced: now };
  return renewSet({ ...set, pins: [...set.pins, pin] }, now);
}

/**
 * A set in which a pin ends.
 * @param to seconds since 1970
 * @throws TlsError `TLS_PINS_INVALID`: the set does not have it, or fewer than two others would be left
 */
export function retirePin(set: PinSet, spki: string, to: number, now: number): PinSet {
  if (!set.pins.some((pin) => pin.spki === spki)) {
    throw new TlsError('TLS_PINS_INVALID', 'the set has no such pin');
  }
  const pins = set.pins
    .map((pin) => (pin.spki === spki ? { ...pin, to } : pin))
    .filter((pin) => pin.to > now && pin.to > pin.from);
  if (pins.filter((pin) => pin.spki !== spki && pin.from <= to).length < 2) {
    throw new TlsError('TLS_PINS_INVALID', 'fewer than two usable pins would be left');
  }
  return renewSet({ ...set, pins }, now);
}

/** The same pins for another year, without those that have ended. */
export function renewSet(set: PinSet, now: number): PinSet {
  return {
    ...set,
    pins: set.pins.filter(({ to }) => to > now),
    seq: set.seq + 1,
    exp: now + SET_DAYS * DAY,
  };
}
