import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  canonicalRow,
  type LedgerRow,
  randomBits,
  utcInstant,
} from '../../../src/audit/seal/canonical-row.ts';

const KEY = Buffer.alloc(32, 7);
const ROW: LedgerRow = {
  seq: 12,
  recorded: '2026-11-22T01:02:03.004+00:00',
  interaction: 'read',
  outcome: 0,
  agent: 'Patient/a',
  roles: null,
  rule: 'patient#1',
  network: '198.51.100.7',
  request_id: 'é"\\\n\u0001',
};

describe('[R-209] what a leaf is made of', () => {
  test('is canonical JSON: members sorted, absent ones left out, texts as RFC 8785 prints them', () => {
    const { record, restricted } = canonicalRow(ROW, KEY);
    expect(record).toMatch(
      /^\{"\$blind":"[\w-]{22}","\$form":1,"\$restricted":"[\w-]{43}","interaction":"read","outcome":0,"recorded":"2026-11-22T01:02:03\.004000Z","request_id":"é\\"\\\\\\n\\u0001","seq":12\}$/,
    );
    expect(restricted).toMatch(
      /^\{"\$blind":"[\w-]{22}","agent":"Patient\/a","network":"198\.51\.100\.7","rule":"patient#1"\}$/,
    );
    expect(JSON.parse(record)).toMatchObject({
      $restricted: createHash('sha256').update(restricted).digest('base64url'),
    });
  });

  test('does not depend on the order of columns or on columns that are empty', () => {
    const members: [string, LedgerRow[string]][] = [...Object.entries(ROW), ['added', null]];
    const turned: LedgerRow = Object.fromEntries(members.reverse());
    expect(canonicalRow(turned, KEY)).toEqual(canonicalRow(ROW, KEY));
  });

  test('changes with each member, also with one of a column that is added later', () => {
    const { record } = canonicalRow(ROW, KEY);
    for (const change of [
      { seq: 13 },
      { outcome: 8 },
      { recorded: '2026-11-22T01:02:03.005+00:00' },
      { roles: '' },
      { network: '198.51.100.8' },
      { added: 'x' },
      { agent: null },
    ]) {
      expect(canonicalRow({ ...ROW, ...change }, KEY).record).not.toBe(record);
    }
  });

  test('what a patient may not see of a row stands behind a hash with random bits of its own', () => {
    const open = canonicalRow(ROW, KEY);
    const blinds = [open.record, open.restricted].map(
      (text) => (JSON.parse(text) as { $blind: string }).$blind,
    );
    expect(new Set(blinds).size).toBe(2);
    expect(open.record).not.toContain('198.51.100.7');
    expect(canonicalRow(ROW, Buffer.alloc(32, 8)).record).not.toBe(open.record);
  });

  test('a time is the same text whatever the time zone of the session', () => {
    expect(utcInstant('2026-11-22T03:02:03.004+02:00')).toBe('2026-11-22T01:02:03.004000Z');
    expect(utcInstant('2026-11-22T01:02:03+00')).toBe('2026-11-22T01:02:03.000000Z');
    expect(utcInstant('2026-11-21T20:32:03.000001-04:30')).toBe('2026-11-22T01:02:03.000001Z');
    expect(utcInstant('infinity')).toBe('infinity');
  });

  test('its random bits are HMAC-SHA-256 of the number of the row', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(), (bytes, seq) => {
        const key = Buffer.from(bytes);
        const expected = createHmac('sha256', key).update(String(seq)).digest();
        expect(randomBits(key, String(seq))).toEqual(expected);
      }),
    );
  });

  test('any text survives: parsing and printing again gives the same bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { record } = canonicalRow({ ...ROW, request_id: text }, KEY);
        expect(JSON.stringify(JSON.parse(record))).toBe(record);
      }),
    );
  });
});
