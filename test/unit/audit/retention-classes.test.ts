import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  classSql,
  isReleased,
  type RetentionRules,
  TIMED_CLASSES,
} from '../../../src/audit/retention/classes.ts';
import { retentionDocument } from '../../../src/audit/retention/document.ts';
import { heldSql } from '../../../src/audit/retention/holds.ts';
import { hasBit, setBit } from '../../../src/audit/seal/leaf-bits.ts';
import { sqlParameters } from '../../../src/storage/search-sql/parameters.ts';

const RULES: RetentionRules = {
  security: { days: 730 },
  access: { days: 730 },
  mdr: { days: 3_653, types: ['Device'], interactions: ['update'] },
  billing: { days: 3_653, types: ['Invoice'], interactions: ['create'] },
};
const DAY = 86_400_000;

describe('[R-055] when a class releases a month', () => {
  test('the day after its days are over, counted from the last row', () => {
    const last = Date.parse('2024-01-31T23:59:59Z');
    expect(isReleased('security', RULES, last, last + 730 * DAY)).toBe(false);
    expect(isReleased('security', RULES, last, last + 730 * DAY + 1)).toBe(true);
    expect(isReleased('mdr', RULES, last, last + 731 * DAY)).toBe(false);
  });

  test('for accounting they are counted from the end of the calendar year', () => {
    const last = Date.parse('2024-01-31T23:59:59Z');
    const end = Date.parse('2025-01-01T00:00:00Z') + 3_653 * DAY;
    expect(isReleased('billing', RULES, last, end)).toBe(false);
    expect(isReleased('billing', RULES, last, end + 1)).toBe(true);
  });

  test('never later for a month before than for the month after', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TIMED_CLASSES),
        fc.integer({ min: 0, max: 4e12 }),
        fc.integer({ min: 0, max: 4e11 }),
        fc.integer({ min: 0, max: 8e12 }),
        (name, last, later, now) => {
          const [earlier, after] = [last, last + later].map((time) =>
            isReleased(name, RULES, time, now),
          );
          expect(earlier === false && after === true).toBe(false);
        },
      ),
    );
  });
});

describe('what is printed', () => {
  test('values stand in parameters only', () => {
    const parameters = sqlParameters();
    const evil = "x' or true --";
    const sql = [
      ...TIMED_CLASSES.map((name) =>
        classSql(
          name,
          { ...RULES, mdr: { days: 1, types: [evil], interactions: [evil] } },
          parameters,
        ),
      ),
      heldSql([{ patient: evil, resource: `Device/${evil}`, from: evil, to: evil }], parameters),
    ].join(' ');
    expect(sql).not.toContain(evil);
    expect(JSON.stringify(parameters.values)).toContain(evil);
  });

  test('nothing is held where nobody holds anything', () => {
    expect(heldSql([], sqlParameters())).toBe('false');
  });

  test('[R-157] the document names every class with its days', () => {
    const text = retentionDocument({ ...RULES, access: { days: 999 } });
    for (const name of [...TIMED_CLASSES, 'legal-hold']) expect(text).toContain(`| ${name} |`);
    expect(text).toContain('| 999 |');
  });
});

test('a bit is set for one leaf and no other', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(999)), (indexes) => {
      const bits = Buffer.alloc(125);
      for (const index of indexes) setBit(bits, index);
      for (let index = 0; index < 1_100; index += 1) {
        expect(hasBit(bits, index)).toBe(indexes.includes(index));
      }
    }),
    { numRuns: 20 },
  );
});
