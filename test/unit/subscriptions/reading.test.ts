import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { printBinding, readBinding } from '../../../src/subscriptions/binding-token.ts';
import { nextOwners } from '../../../src/subscriptions/owners.ts';
import { readHeaders } from '../../../src/subscriptions/read-headers.ts';
import { readSuccessCodes } from '../../../src/subscriptions/success-codes.ts';

describe('FHIR R4 Subscription.channel.header', () => {
  test('is cut at the first colon only', () => {
    expect(readHeaders(['Authorization: Bearer a:b', 'X-Time:12:30'])).toEqual([
      ['Authorization', 'Bearer a:b'],
      ['X-Time', '12:30'],
    ]);
  });

  test('any printable value comes back as it was written', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]([ -~]{0,50}[!-~])?$/), (value) => {
        expect(readHeaders([`X-Test: ${value}`])).toEqual([['X-Test', value]]);
      }),
    );
  });

  test('anything at all is read or refused, never a line break', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }), (lines) => {
        for (const [name, value] of readHeaders(lines) ?? [])
          expect(`${name}${value}`).not.toMatch(/[\r\n\0]/);
      }),
    );
  });

  test.each([
    ['Host: x'],
    ['content-length: 5'],
    ['X-Signature: x'],
    ['X-Medplum-Subscription: x'],
  ])('what the server sets is not the client’s: %s', (line) => {
    expect(readHeaders([line])).toBeUndefined();
  });
});

describe('Medplum subscription-success-codes', () => {
  test('codes and ranges', () => {
    const isSuccess = readSuccessCodes('200,201, 410-600');
    expect([200, 201, 202, 409, 410, 599, 600, 601].filter((code) => isSuccess?.(code))).toEqual([
      200, 201, 410, 599, 600,
    ]);
  });

  test('a range holds exactly its codes', () => {
    const code = fc.integer({ min: 100, max: 999 });
    fc.assert(
      fc.property(code, code, code, (a, b, status) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(readSuccessCodes(`${String(low)}-${String(high)}`)?.(status)).toBe(
          status >= low && status <= high,
        );
      }),
    );
  });

  test.each(['', '2xx', '200,', '300-200', '20', '200;201', '200-'])('%j is none', (text) => {
    expect(readSuccessCodes(text)).toBeUndefined();
  });
});

describe('owners', () => {
  const a = { reference: 'Patient/a' };
  const b = { reference: 'Patient/b', token: { clientId: 'app', tokenId: '1', scope: 'x' } };

  test('who changes it joins, who switches it does not, nobody leaves', () => {
    expect(nextOwners([], a, true)).toEqual([a]);
    expect(nextOwners([a], b, true)).toEqual([a, b]);
    expect(nextOwners([a], b, false)).toEqual([a]);
    expect(nextOwners([a, b], a, true)).toEqual([a, b]);
  });

  test('another token of the same client and scope is no further owner', () => {
    expect(nextOwners([b], { ...b, token: { ...b.token, tokenId: '2' } }, true)).toEqual([b]);
    const wider = { ...b, token: { ...b.token, scope: 'y' } };
    expect(nextOwners([b], wider, true)).toEqual([b, wider]);
  });

  test('there is an end to it', () => {
    const many = Array.from({ length: 10 }, (_, index) => ({
      reference: `Patient/${String(index)}`,
    }));
    expect(() => nextOwners(many, a, true)).toThrow('too many');
  });
});

describe('tokens that bind a WebSocket', () => {
  const secret = Buffer.alloc(32, 1);
  const binding = { subscription: 's', claims: { reference: 'Patient/a' }, expires: 1_000 };

  test('are read until they expire, with the secret that made them', () => {
    const token = printBinding(secret, binding);
    expect(readBinding(secret, token, 999)).toEqual(binding);
    expect(readBinding(secret, token, 1_000)).toBeUndefined();
    expect(readBinding(Buffer.alloc(32, 2), token, 999)).toBeUndefined();
  });

  test('no other text is one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readBinding(secret, text, 0)).toBeUndefined();
      }),
    );
  });
});
