import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SigningKey } from '../../keys/key-file.ts';
import { signingSchedule } from '../../keys/signing-schedule.ts';

const LIFE = 360;
const key = (kid: string, from?: number): SigningKey => ({
  kty: 'EC',
  crv: 'P-256',
  x: '',
  y: '',
  d: '',
  kid,
  alg: 'ES256',
  use: 'sig',
  ...(from === undefined ? {} : { signs_from: from }),
});
const at = (keys: readonly SigningKey[], now: number) => {
  const { active, published } = signingSchedule(keys, now, LIFE);
  return { active: active.kid, published: published.map(({ kid }) => kid) };
};

describe('which key signs', () => {
  test('the next is published, signs from its time on, and the one before stays while its tokens live', () => {
    const keys = [key('old'), key('new', 1000)];
    expect(at(keys, 999)).toEqual({ active: 'old', published: ['old', 'new'] });
    expect(at(keys, 1000)).toEqual({ active: 'new', published: ['new', 'old'] });
    expect(at(keys, 1000 + LIFE - 1).published).toEqual(['new', 'old']);
    expect(at(keys, 1000 + LIFE)).toEqual({ active: 'new', published: ['new'] });
  });

  test('nodes with the same keys in another order take tokens of each other', () => {
    const [one, other] = [key('one'), key('other')];
    expect(at([one, other], 5)).toEqual({ active: 'one', published: ['one', 'other'] });
    expect(at([other, one], 5)).toEqual({ active: 'other', published: ['other', 'one'] });
  });

  test('whatever the times: what signed a token that lives is published, at a node whose clock is near', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: 0, max: 6000 }),
        fc.integer({ min: 0, max: 300 }),
        (starts, signed, age) => {
          const keys = starts.map((from) => key(String(from), from));
          const signer = at(keys, signed).active;
          expect(at(keys, signed + age).published).toContain(signer);
          expect(at(keys, Math.max(0, signed - 30)).published).toContain(signer);
        },
      ),
    );
  });
});
