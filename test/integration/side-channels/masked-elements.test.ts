import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Stage, stage } from './support.ts';

let on: Stage;
beforeAll(async () => {
  on = await stage('fields', 'masked');
}, 120_000);
afterAll(() => on.close(), 30_000);

test('[V-51] a masked code shows its category and cannot be searched by', async () => {
  const { code } = (await on.client.get('Condition/v1-c')).json<{
    code: { coding: { code: string }[] };
  }>();
  expect(code.coding[0]?.code).toBe('F4');
  await on.same('Condition/v1-c');
  expect((await on.client.get('Condition?code=F41.1')).status).toBe(403);
  await on.same('Condition?code=F41.1');
});

test('a masked date shows its year and cannot be searched by', async () => {
  const { birthDate } = (await on.client.get('Patient/v1')).json<{ birthDate: string }>();
  expect(birthDate).toBe('1961');
  await on.same('Patient/v1');
  expect((await on.client.get('Patient?birthdate=1961')).status).toBe(403);
});

test('what one rule hides and another shows is shown where that one holds, and searched there alone', async () => {
  for (const query of [
    'value-quantity=gt1',
    'value-quantity:missing=true',
    'performer=Patient/v1',
  ]) {
    await on.same(`Observation?${query}`);
  }
});
