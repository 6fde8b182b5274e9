import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Parameters, Subscription } from '@medplum/fhirtypes';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_CHROMIUM } from '../../support/chromium.ts';
import { skipNote } from '../../support/skip-note.ts';
import { type ConsoleTest, startConsole } from './console-page.ts';

const suite = NO_CHROMIUM === undefined ? describe : describe.skip;
jest.setTimeout(120_000);

const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';
const BOT = `export async function handler(medplum, event) {
  if (event.input.fail) throw new Error('as asked');
  return { doubled: event.input.value * 2 };
}`;

suite(`the console operates the server${skipNote(NO_CHROMIUM)}`, () => {
  let tested: ConsoleTest;
  let bots: string;

  beforeAll(async () => {
    bots = await mkdtemp(join(tmpdir(), 'console-bots-'));
    await mkdir(join(bots, 'doubler'));
    await writeFile(join(bots, 'doubler/bot.ts'), BOT);
    await writeFile(
      join(bots, 'doubler/bot.json'),
      JSON.stringify({ name: 'doubler', description: 'Doubles a number' }),
    );
    tested = await startConsole({ bots });
    const full = tested.server.as('full');
    const runner = {
      resourceType: 'AccessPolicy',
      id: 'runner',
      name: 'Runs bots',
      extension: ['execute', 'runs', 'deploy'].map((valueCode) => ({ url: OPERATION, valueCode })),
      resource: [{ resourceType: 'Bot', interaction: ['read', 'search'] }],
    };
    expect((await full.put('AccessPolicy/runner', runner)).status).toBe(201);
    const membership = (await full.get('ProjectMembership/admin')).json<object>();
    const access = ['admin', 'auditor', 'runner'].map((id) => ({
      policy: { reference: `AccessPolicy/${id}` },
    }));
    const changed = await full.put('ProjectMembership/admin', { ...membership, access });
    expect(changed.status).toBe(200);
  });
  afterAll(async () => {
    await tested.close();
    await rm(bots, { recursive: true, force: true });
  });

  test('$explain: who, what, and the rules that decide', async () => {
    const { page, signIn } = tested;
    await signIn('/explain');
    await page.getByLabel('Identity (FHIR reference)').fill('Practitioner/admin');
    await page.getByLabel('Request').fill('GET Observation?code=x');
    await page.getByRole('button', { name: 'Explain' }).click();
    const answer = page.getByTestId('explanation');
    await answer.getByText('denied', { exact: true }).waitFor();
    await page.getByLabel('Request').fill('GET Organization');
    await page.getByRole('button', { name: 'Explain' }).click();
    await answer.getByText('allowed', { exact: true }).waitFor();
    await answer.getByText('admin#8').waitFor();
  });

  test('policies: what one means, and who has it', async () => {
    const { page, signIn } = tested;
    await signIn('/policies');
    await page.getByRole('link', { name: 'Administrator' }).click();
    const holders = page.getByRole('table', { name: 'Who has it' });
    await holders.getByRole('link', { name: 'Practitioner/admin' }).waitFor();
    const check = page.getByRole('table', { name: 'What it means here' });
    await check.getByText('all of AccessPolicy').waitFor();
  });

  test('a bot runs with an input; its result is shown, and so is its failure', async () => {
    const { page, signIn } = tested;
    await signIn('/bots');
    await page.getByRole('link', { name: 'doubler' }).click();
    const input = page.getByLabel('Input (JSON)');
    await input.fill('{ "value": 21 }');
    await page.getByRole('button', { name: 'Run the bot' }).click();
    await page.getByText('"doubled": 42').waitFor();
    await input.fill('{ "fail": true }');
    await page.getByRole('button', { name: 'Run the bot' }).click();
    await page.getByRole('alert').filter({ hasText: /bot/i }).first().waitFor();
    expect(await page.getByText('"doubled": 42').count()).toBe(0);
  });

  test('the ledger: search by patient and action, then one event', async () => {
    const { page, server, signIn } = tested;
    const full = server.as('full');
    await full.put('Patient/p1', { resourceType: 'Patient', id: 'p1' });
    await full.put('Patient/p2', { resourceType: 'Patient', id: 'p2' });
    await full.get('Patient/p1');
    await signIn('/ledger');
    await page.getByLabel('Patient').fill('Patient/p1');
    await page.getByLabel('Action').fill('R');
    await page.getByRole('button', { name: 'Search' }).click();
    const table = page.getByRole('table', { name: 'Audit ledger' });
    // Rows of the search before stay until those of this one are there: among them those of p2.
    await table
      .getByText(/Patient\/p2/)
      .first()
      .waitFor({ state: 'detached' });
    const found = await table.getByRole('row').allTextContents();
    expect(found.length).toBeGreaterThan(1);
    for (const row of found.slice(1)) expect(row).toMatch(/read.*Patient\/p1/);
    expect(new URL(page.url()).search).toContain('patient=Patient%2Fp1');
    await table.getByRole('link').first().click();
    await page.getByText('ClientApplication/full').first().waitFor();
  });

  test('RFC 6962: the browser itself verifies a row up to the signature, and finds one that was changed', async () => {
    const { page, server, signIn } = tested;
    await server.as('full').get('Patient/p1');
    await signIn('/ledger?patient=Patient%2Fp1');
    await page.getByTestId('seal').getByText('verified', { exact: true }).waitFor();
    await page.getByRole('table', { name: 'Audit ledger' }).getByRole('link').last().click();
    const proof = page.getByTestId('proof');
    // A row is sealed some time after it is written; until then the page says so.
    let verdicts: readonly string[] = [];
    for (let look = 0; look < 50 && verdicts.length !== 4; look += 1) {
      await proof.getByRole('button').click();
      await proof.getByRole('listitem').first().waitFor();
      verdicts = await proof.getByRole('listitem').allTextContents();
      if (verdicts.length !== 4) await page.waitForTimeout(200);
    }
    expect(verdicts).toHaveLength(4);
    for (const verdict of verdicts) expect(verdict).toMatch(/: verified$/);
    await page.route('**/*inclusion-proof*', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as Parameters;
      const record = body.parameter?.find(({ name }) => name === 'record');
      if (record?.valueString !== undefined)
        record.valueString = record.valueString.replace('p1', 'p2');
      await route.fulfill({ response: answer, json: body });
    });
    await proof.getByRole('button').click();
    await proof.getByText('NOT verified').waitFor();
    await page.unroute('**/*inclusion-proof*');
  });

  test('subscriptions: one that was switched off is started again', async () => {
    const { page, server, signIn } = tested;
    const full = server.as('full');
    const made = await full.post('Subscription', {
      resourceType: 'Subscription',
      status: 'off',
      reason: 'a test',
      criteria: 'Organization?active=true',
      channel: { type: 'websocket' },
    });
    expect(made.status).toBe(201);
    await signIn('/subscriptions');
    const row = page.getByRole('row', { name: /Organization\?active=true/ });
    await row.getByRole('button', { name: 'Start again' }).click();
    await row.getByRole('button', { name: 'Switch off' }).waitFor();
    const { id } = made.json<{ id: string }>();
    expect((await full.get(`Subscription/${id}`)).json<Subscription>().status).toBe('active');
  });

  test('$jobs: queues, and jobs that failed with their code', async () => {
    const { page, server, signIn } = tested;
    await server.sql.query(
      `insert into diga_job (name, payload, attempt, max_attempts, failed_at, last_error)
        values ('subscription-delivery', '{"patient":"Patient/secret"}', 18, 18, now(), 'ECONNREFUSED')`,
    );
    await signIn('/jobs');
    const row = page.getByRole('row', { name: /subscription-delivery/ });
    await row.getByText('ECONNREFUSED').waitFor();
    await page
      .getByRole('row', { name: /clinical/ })
      .first()
      .waitFor();
    expect(await page.content()).not.toContain('Patient/secret');
  });

  test('a report that the server does not have is said to be missing', async () => {
    const { page, signIn } = tested;
    await signIn('/accounts');
    await page.getByText('has no report of service accounts').waitFor();
  });
});
