import { generateKeyPairSync, hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { JWK } from 'jose';
import {
  announcePin,
  firstSet,
  renewSet,
  retirePin,
} from '../../../src/http/tls/pins/change-set.ts';
import { DAY, futureValid, pinRefusal, readPinSet } from '../../../src/http/tls/pins/pin-set.ts';
import { signPinSet, verifyPinSet } from '../../../src/http/tls/pins/signed-set.ts';

const NOW = 1_800_000_000;
const pin = (name: string): string => hash('sha256', name, 'base64');
const first = firstSet({
  host: 'api.example',
  pins: [pin('live'), pin('reserve')],
  minApp: '1.0.0',
  now: NOW,
});

function keys(): { readonly secret: JWK; readonly open: JWK } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { d, ...open } = privateKey.export({ format: 'jwk' }) as JWK & { d: string };
  return { secret: { ...open, d }, open };
}

describe('[R-256] TR-03161-1 O.Ntwk_4: pins', () => {
  test('the first set has the key in use and one in reserve, both usable at once', () => {
    expect(pinRefusal(first, pin('live'), NOW)).toBeUndefined();
    expect(pinRefusal(first, pin('reserve'), NOW)).toBeUndefined();
    expect(() => firstSet({ host: 'a', pins: [pin('live')], minApp: '1', now: NOW })).toThrow(
      'one in reserve',
    );
  });

  test('a key that is not in the set, not yet, or no more is not served', () => {
    const set = announcePin(first, pin('next'), NOW);
    expect(pinRefusal(set, pin('stranger'), NOW)).toMatch('not in the published set');
    expect(pinRefusal(set, pin('next'), NOW + 89 * DAY)).toMatch('valid from');
    expect(pinRefusal(set, pin('next'), NOW + 90 * DAY)).toBeUndefined();
    expect(pinRefusal(set, pin('live'), NOW + 4 * 365 * DAY)).toMatch('valid until');
  });

  test('a rotation that was not published long enough before is refused, however it is signed', () => {
    expect(() => announcePin(first, pin('next'), NOW, 89)).toThrow('90 days');
    expect(() => announcePin(first, pin('next'), NOW, Number.NaN)).toThrow('90 days');
    const hurried = {
      ...first,
      seq: 2,
      pins: [
        ...first.pins,
        { spki: pin('next'), from: NOW + DAY, to: NOW + 900 * DAY, announced: NOW + 1 },
      ],
    };
    expect(pinRefusal(hurried, pin('next'), NOW + 2 * DAY)).toMatch('less than 90 days');
  });

  test('a pin is retired only where two usable ones are left', () => {
    expect(() => retirePin(first, pin('live'), NOW + DAY, NOW)).toThrow('fewer than two');
    const set = announcePin(first, pin('next'), NOW);
    expect(() => retirePin(set, pin('live'), NOW + DAY, NOW)).toThrow('fewer than two');
    const later = NOW + 91 * DAY;
    const retired = retirePin(set, pin('live'), later, later);
    expect(retired.pins.map(({ spki }) => spki)).toEqual([pin('reserve'), pin('next')]);
    expect(retired.seq).toBe(3);
  });

  test('numbers grow, and what has ended is left out', () => {
    const late = NOW + 4 * 365 * DAY;
    const set = announcePin(first, pin('next'), late - 100 * DAY);
    expect(futureValid(set, late)).toBe(1);
    expect(renewSet(set, late)).toMatchObject({ seq: 3, pins: [{ spki: pin('next') }] });
  });

  test('the signature is verified, with ES256 and this key only', async () => {
    const [own, other] = [keys(), keys()];
    const text = await signPinSet(first, own.secret);
    expect(await verifyPinSet(`${text}\n`, own.open)).toEqual(first);
    await expect(verifyPinSet(text, other.open)).rejects.toMatchObject({
      code: 'TLS_PINS_INVALID',
    });
    const [head, body, signature] = text.split('.') as [string, string, string];
    const forged = Buffer.from(JSON.stringify({ ...first, seq: 9 })).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    for (const bad of [`${head}.${forged}.${signature}`, `${none}.${body}.`, `${head}.${body}`]) {
      await expect(verifyPinSet(bad, own.open)).rejects.toMatchObject({ code: 'TLS_PINS_INVALID' });
    }
  });

  test('a set that does not hold together is refused', () => {
    const [one] = first.pins;
    expect(readPinSet({ ...first, pins: [one, one] })).toBe('a pin stands twice');
    expect(readPinSet({ ...first, pins: [{ ...one, to: 1 }] })).toBe('a pin ends before it begins');
    expect(readPinSet({ ...first, pins: [] })).toMatch(/pins/);
    expect(readPinSet(undefined)).toMatch(/object/);
  });
});
