import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditRow } from '../../../src/audit/audit-row.ts';
import { auditInsert } from '../../../src/audit/insert.ts';

const row = (requestId: string): AuditRow => ({
  recorded: '2026-11-22T01:02:03.004Z',
  interaction: 'read',
  outcome: 0,
  requestId,
});

describe('the insert of rows of the ledger', () => {
  test('has a value for each placeholder, and every row is among them in its order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (count) => {
        const ids = Array.from({ length: count }, (_, index) => `request-${String(index)}`);
        const { text, values = [] } = auditInsert(ids.map(row));
        const places = [...text.matchAll(/\$(\d+)::/g)].map(([, number]) => Number(number));
        expect(places).toEqual(values.map((_, index) => index + 1));
        expect(values.flat().filter((value) => ids.includes(String(value)))).toEqual(ids);
      }),
    );
  });

  test('has one text under each name, which is what a prepared statement goes by', () => {
    const texts = new Map<string, string>();
    for (const count of [1, 2, 16, 17, 1_000, 2, 17]) {
      const { name = '', text } = auditInsert(Array.from({ length: count }, () => row('x')));
      expect(texts.get(name) ?? text).toBe(text);
      texts.set(name, text);
    }
    expect(texts.size).toBe(4);
  });

  test.each([1, 17])('%d rows hold no NUL, which PostgreSQL would refuse', (count) => {
    const { values = [] } = auditInsert(Array.from({ length: count }, () => row('a\0b')));
    expect(values.flat()).toContain('a\ufffdb');
    expect(values.flat().join('')).not.toContain('\0');
  });
});
