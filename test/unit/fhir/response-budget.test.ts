import { describe, expect, test } from '@jest/globals';
import { withinBudget } from '../../../src/fhir/interactions/bundle-entry.ts';
import { createResponseBudget, MAX_RESPONSE_BYTES } from '../../../src/fhir/response-budget.ts';

const answer = (status: number, body: string) => ({ status, headers: { ETag: 'W/"1"' }, body });
const codeOf = (body: string | undefined): unknown =>
  (JSON.parse(body ?? '') as { issue: { details: { coding: { code: string }[] } }[] }).issue[0]
    ?.details.coding[0]?.code;

describe('the bytes of one answer', () => {
  test('are counted in UTF-8, and what does not fit is not counted', () => {
    const budget = createResponseBudget(10);
    expect(budget.take('äöü')).toBe(true);
    expect(budget.spent).toBe(false);
    expect(budget.take('12345')).toBe(false);
    expect(budget.spent).toBe(true);
    expect(budget.take('1234')).toBe(true);
    expect(budget.take('1')).toBe(false);
  });

  test('are far fewer than the longest string has', () => {
    expect(createResponseBudget().take('a'.repeat(MAX_RESPONSE_BYTES))).toBe(true);
    expect(createResponseBudget().take('a'.repeat(MAX_RESPONSE_BYTES + 1))).toBe(false);
    expect(createResponseBudget().error()).toMatchObject({
      code: 'FHIR_RESPONSE_TOO_LARGE',
      status: 413,
    });
  });

  test('a read without room is an error, a write keeps its status without the resource', () => {
    const budget = createResponseBudget(4);
    expect(withinBudget(budget, answer(200, '{}'), true)).toEqual(answer(200, '{}'));
    const read = withinBudget(budget, answer(200, '{"a":1}'), true);
    expect([read.status, codeOf(read.body)]).toEqual([413, 'FHIR_RESPONSE_TOO_LARGE']);
    expect(withinBudget(budget, answer(201, '{"a":1}'), false)).toEqual({
      status: 201,
      headers: { ETag: 'W/"1"' },
    });
    const failed = withinBudget(budget, answer(422, '{"a":1}'), false);
    expect([failed.status, codeOf(failed.body)]).toEqual([422, 'FHIR_RESPONSE_TOO_LARGE']);
  });
});
