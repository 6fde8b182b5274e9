import { afterEach, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

/** Far more than there are connections to the database. */
const CROWD = 80;

let server: TestServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
}, 30_000);

async function crowd(times: number, ask: (n: number) => Promise<number>): Promise<number[]> {
  const statuses: number[] = [];
  let next = 0;
  const one = async (): Promise<void> => {
    for (let n = next++; n < times; n = next++) statuses.push(await ask(n));
  };
  await Promise.all(Array.from({ length: CROWD }, one));
  return [...new Set(statuses)];
}

const creating = (full: FhirClient) => async () =>
  (await full.post('Patient', { resourceType: 'Patient' })).status;
const deletingNothing = (full: FhirClient) => async (n: number) => {
  const entry = [
    { request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient' } },
    { request: { method: 'DELETE', url: `Patient/none-${String(n)}` } },
  ];
  return (await full.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status;
};

describe(`${String(CROWD)} clients at once, more than there are connections`, () => {
  test.each([
    ['without hooks', false],
    ['with hooks inside the transactions', true],
  ])(
    'all are served, %s',
    async (_name, precommitHooks) => {
      server = await startTestServer({ precommitHooks });
      const full = server.as('full');
      const start = performance.now();
      expect(await crowd(800, creating(full))).toEqual([201]);
      expect(await crowd(300, deletingNothing(full))).toEqual([200]);
      expect(performance.now() - start).toBeLessThan(30_000);
      expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    },
    90_000,
  );
});
