import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Secret, TOTP } from 'otpauth';
import { newAccountHandle, normalizeAccountHandle } from '../../accounts/account-handle.ts';
import { lowPriorityArgon2 } from '../../accounts/low-priority-argon2.ts';
import { boundedWork } from '../../accounts/bounded-work.ts';
import { passwordHasher } from '../../accounts/password-hash.ts';
import { passwordWeakness } from '../../accounts/password-rule.ts';
import { totpFactor } from '../../accounts/totp.ts';
import { keyedDigest } from '../../keys/keyed-digest.ts';

describe('[R-194] account handle', () => {
  test('has 80 random bits in an alphabet without look-alikes', () => {
    const handles = new Set(Array.from({ length: 1000 }, newAccountHandle));
    expect(handles.size).toBe(1000);
    const used = new Set([...handles].join('').replaceAll('-', ''));
    expect([...used].sort().join('')).toBe('0123456789ABCDEFGHJKMNPQRSTVWXYZ');
    for (const handle of handles) expect(handle).toMatch(/^(\w{4}-){3}\w{4}$/);
  });

  test('is found however it is typed, and no input is too much', () => {
    expect(normalizeAccountHandle(' o0iL–7qk4 abcd ')).toBe('00117QK4ABCD');
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (input) => {
        const normal = normalizeAccountHandle(input);
        expect(normal.length).toBeLessThanOrEqual(64);
        expect(normalizeAccountHandle(normal)).toBe(normal);
      }),
    );
  });
});

describe('IT-Grundschutz ORP.4.A8, A22: passwords', () => {
  const weakness = (password: string) => passwordWeakness(password, 12, '7QK4-ABCD-EFGH-JKMN');

  test.each([
    ['elf Zeichen', 'too-short'],
    ['x'.repeat(129), 'too-long'],
    ['passwort1234', 'common'],
    ['P@ssw0rt!!2024', 'common'],
    ['qwertzuiopasdf', 'common'],
    ['123456789012', 'common'],
    ['hallohallohallo', 'common'],
    ['aaaabbbbaaaa', 'common'],
    ['mein 7qk4abcdefghjkmn', 'contains-handle'],
  ])('%s is refused: %s', (password, expected) => {
    expect(weakness(password)).toBe(expected);
  });

  test('any script, spaces and 128 characters are welcome, and no rule of composition exists', () => {
    expect(weakness('drei wolken am moor')).toBeUndefined();
    expect(weakness('Зелёный чайник поёт')).toBeUndefined();
    expect(weakness('🦔🌧️🎻🧭🪁🦉🥨🚲🍐🧵🪴🎲')).toBeUndefined();
    expect(weakness('ab cd ef gh '.repeat(10) + 'ij kl mn')).toBeUndefined();
  });
});

describe('RFC 9106 password hash', () => {
  const cost = { memory: 19 * 1024, passes: 2, parallelism: 1 };
  const pepper = (key: number) => keyedDigest(Buffer.alloc(32, key), 'password');
  const hasher = passwordHasher(cost, pepper(1), lowPriorityArgon2(2, 10));

  test('matches its password in either Unicode form and no other; a copy without the pepper is useless', async () => {
    const stored = await hasher.hash('Müllerstraße 12');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(stored, 'Mu\u0308llerstraße 12')).toEqual({
      matches: true,
      stale: false,
    });
    expect((await hasher.verify(stored, 'Mullerstrasse 12')).matches).toBe(false);
    const other = passwordHasher(cost, pepper(2), lowPriorityArgon2(2, 10));
    expect((await other.verify(stored, 'Müllerstraße 12')).matches).toBe(false);
    const dearer = passwordHasher({ ...cost, passes: 3 }, pepper(1), lowPriorityArgon2(2, 10));
    expect(await dearer.verify(stored, 'Müllerstraße 12')).toEqual({ matches: true, stale: true });
  });
});

describe('bounded work', () => {
  test('runs so many at a time, keeps the rest waiting, refuses beyond the queue, survives failures', async () => {
    const bounded = boundedWork(2, 3);
    const releases: (() => void)[] = [];
    let running = 0;
    let peak = 0;
    const work = async (): Promise<void> => {
      running += 1;
      peak = Math.max(peak, running);
      await new Promise<void>((resolve) => releases.push(resolve));
      running -= 1;
    };
    const all = Array.from({ length: 5 }, () => bounded(work));
    await expect(bounded(work)).rejects.toMatchObject({ code: 'AUTH_BUSY', retryAfter: 5 });
    while (releases.length > 0) {
      releases.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(all);
    expect(peak).toBe(2);
    await expect(bounded(() => Promise.reject(new TypeError('no')))).rejects.toThrow('no');
    expect(await bounded(async () => 7)).toBe(7);
  });
});

describe('RFC 6238', () => {
  const at = (seconds: number) => totpFactor({ now: () => seconds * 1000 }, 'diga.example');

  test('appendix B: SHA-256 codes of the test vectors', () => {
    const secret = new Secret({
      buffer: new TextEncoder().encode('12345678901234567890123456789012').buffer,
    }).base32;
    expect(at(59).match(secret, 'SHA256', '119246')).toBe(1);
    expect(at(1111111109).match(secret, 'SHA256', '084774')).toBe(37037036);
    expect(at(20000000000).match(secret, 'SHA256', '737706')).toBe(666666666);
  });

  test('5.2: one step to either side is accepted, two are not, and the counter is that of the code', () => {
    const secret = at(0).newSecret();
    expect(Secret.fromBase32(secret).bytes).toHaveLength(32);
    const code = new TOTP({ secret, algorithm: 'SHA256' }).generate({ timestamp: 300_000 });
    expect(at(300).match(secret, 'SHA256', `${code.slice(0, 3)} ${code.slice(3)}`)).toBe(10);
    expect(at(270).match(secret, 'SHA256', code)).toBe(10);
    expect(at(330).match(secret, 'SHA256', code)).toBe(10);
    expect(at(360).match(secret, 'SHA256', code)).toBeUndefined();
    expect(at(240).match(secret, 'SHA256', code)).toBeUndefined();
    expect(at(300).match(secret, 'SHA1', code)).toBeUndefined();
    for (const odd of ['', '12345', '1234567', 'abcdef', '١٢٣٤٥٦']) {
      expect(at(300).match(secret, 'SHA256', odd)).toBeUndefined();
    }
  });
});
