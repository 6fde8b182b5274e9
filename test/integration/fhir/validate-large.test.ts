import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationOutcome } from '@medplum/fhirtypes';
import { longestBlock } from '../../support/longest-block.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(async () => {
  await server.close();
}, 30_000);

/**
 * Milliseconds without a pause at most. In one piece it took 870; slices take up to 150 on a quiet machine, and a busy one
 * must not make the test fail.
 */
const LIMIT = 600;

describe('FHIR R4 resource-operation-validate: a Bundle with 10 000 entries keeps nobody waiting, and the answer is bounded', () => {
  test.each<[string, object, string]>([
    ['valid', {}, 'The resource has too many elements with invariants'],
    ['each entry wrong in its structure', { status: 1 }, 'Expected a string'],
    [
      'each entry against an invariant',
      { effectivePeriod: { start: '2026-02-01', end: '2026-01-01' } },
      'per-1: the start is after the end',
    ],
  ])(
    '%s',
    async (_, more, expected) => {
      const entry = Array.from({ length: 10_000 }, (_item, n) => ({
        fullUrl: `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
        resource: observation('patient-a', more),
      }));
      const bundle = { resourceType: 'Bundle', type: 'collection', entry };
      const found: OperationOutcome[] = [];
      const longest = await longestBlock(async () => {
        const answer = await server.as('full').post('Bundle/$validate', bundle);
        expect(answer.status).toBe(200);
        found.push(answer.json<OperationOutcome>());
      });
      const issues = found[0]?.issue ?? [];
      expect(issues.map(({ details }) => details?.text)).toContain(expected);
      expect(issues.length).toBeLessThanOrEqual(200);
      expect(longest).toBeLessThan(LIMIT);
    },
    120_000,
  );
});
