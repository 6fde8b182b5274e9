import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { AccessPolicy, Practitioner } from '@medplum/fhirtypes';
import { NO_CHROMIUM } from '../../support/chromium.ts';
import { skipNote } from '../../support/skip-note.ts';
import { type ConsoleTest, startConsole } from './console-page.ts';
import { control } from './sign-in-control.ts';

const suite = NO_CHROMIUM === undefined ? describe : describe.skip;
jest.setTimeout(120_000);
const NURSE = {
  resourceType: 'Practitioner',
  id: 'nurse',
  active: true,
  name: [{ family: 'Muster' }],
};

suite(`the console shows and changes what the policy allows${skipNote(NO_CHROMIUM)}`, () => {
  let tested: ConsoleTest;

  beforeAll(async () => {
    tested = await startConsole();
  }, 60_000);
  afterAll(() => tested.close());
  beforeEach(async () => {
    control.me = undefined;
    const written = await tested.server.as('full').put('Practitioner/nurse', NURSE);
    expect([200, 201]).toContain(written.status);
  });

  const stored = async (): Promise<Practitioner> =>
    (await tested.server.as('full').get('Practitioner/nurse')).json<Practitioner>();

  test('browse: from the types to a search to a resource', async () => {
    const { page, signIn } = tested;
    await signIn('/');
    await page.getByLabel('Find a type').fill('practitioner');
    await page.getByRole('link', { name: 'Practitioner', exact: true }).click();
    await page.getByRole('row', { name: /nurse/ }).click();
    await page.getByRole('heading', { name: 'Practitioner/nurse' }).waitFor();
    await page.getByText('Muster').first().waitFor();
  });

  test('edit by form, with the version that was shown', async () => {
    const { page, signIn } = tested;
    await signIn('/Practitioner/nurse/edit');
    await page
      .getByRole('checkbox', { name: /Active/ })
      .first()
      .uncheck();
    await page.getByRole('button', { name: 'Update' }).click();
    await page.getByText('Saved.').waitFor();
    expect((await stored()).active).toBe(false);
  });

  test('FHIR R4 http#concurrency: what somebody else has changed meanwhile is not overwritten', async () => {
    const { page, server, signIn } = tested;
    await signIn('/Practitioner/nurse/json');
    const field = page.getByLabel('The resource as JSON');
    const shown = JSON.parse(await field.inputValue()) as Practitioner;
    const other = { ...NURSE, name: [{ family: 'Andere' }] };
    await server.as('full').put('Practitioner/nurse', other);
    await field.fill(JSON.stringify({ ...shown, active: false }));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').waitFor();
    expect((await stored()).name?.[0]?.family).toBe('Andere');
  });

  test('what is no JSON, or no resource, is told in words and loses nothing', async () => {
    const { page, signIn } = tested;
    await signIn('/Practitioner/nurse/json');
    const field = page.getByLabel('The resource as JSON');
    const before = await field.inputValue();
    await field.fill('{ "resourceType": ');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('This is no JSON').waitFor();
    await field.fill(before.replace('"active": true', '"active": "maybe"'));
    await page.getByRole('button', { name: 'Save' }).click();
    await page
      .getByRole('alert')
      .getByText(/Practitioner\.active/)
      .waitFor();
    expect(await field.inputValue()).toContain('maybe');
    expect((await stored()).active).toBe(true);
  });

  test('history: versions, and what one changed', async () => {
    const { page, server, signIn } = tested;
    await server.as('full').put('Practitioner/nurse', { ...NURSE, name: [{ family: 'Neu' }] });
    await signIn('/Practitioner/nurse/history');
    await page.getByRole('button', { name: 'Changes' }).first().click();
    await page.getByRole('heading', { name: /Changes:/ }).waitFor();
    await page.getByText('Muster').waitFor();
    await page.getByText('Neu').first().waitFor();
  });

  test('create and delete', async () => {
    const { page, server, signIn } = tested;
    await signIn('/Organization/new');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Klinik am See');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: /^Organization\/.+/ }).waitFor();
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const created = await server.as('full').get(`Organization/${id}`);
    expect(created.json<{ name: string }>().name).toBe('Klinik am See');
    await server
      .as('full')
      .put('ValueSet/gone', { resourceType: 'ValueSet', id: 'gone', status: 'draft' });
    await signIn('/ValueSet/gone');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'ValueSet', exact: true }).waitFor();
    expect((await server.as('full').get('ValueSet/gone')).status).toBe(410);
  });

  test('what the policy hides: absent types, no buttons; asked for by address, a refusal in words', async () => {
    const { page, signIn } = tested;
    const resource: AccessPolicy['resource'] = [
      {
        resourceType: 'Practitioner',
        interaction: ['read', 'search'],
        hiddenFields: ['birthDate'],
      },
    ];
    control.me = { accessPolicy: { resourceType: 'AccessPolicy', resource } };
    await signIn('/');
    await page.getByRole('link', { name: 'Practitioner', exact: true }).waitFor();
    const types = page.getByRole('main').getByRole('link');
    expect(await types.allTextContents()).toEqual(['Practitioner']);
    await types.first().click();
    await page.getByRole('row', { name: /nurse/ }).waitFor();
    expect(await page.getByRole('button', { name: 'New', exact: true }).count()).toBe(0);
    await page.getByRole('row', { name: /nurse/ }).click();
    await page.getByRole('tab', { name: 'JSON' }).waitFor();
    expect(await page.getByRole('tab').allTextContents()).toEqual(['Details', 'JSON']);
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    await signIn('/Patient/somebody');
    await page
      .getByRole('alert')
      .getByText(/ACCESS_DENIED/)
      .waitFor();
  });

  test('a policy that changes holds from the next look on', async () => {
    const { page, server, signIn } = tested;
    await signIn('/Practitioner/nurse');
    await page.getByText('Muster').first().waitFor();
    const full = server.as('full');
    const { body } = { body: (await full.get('AccessPolicy/admin')).json<AccessPolicy>() };
    const narrowed = (body.resource ?? []).filter(
      ({ resourceType }) => resourceType !== 'Practitioner',
    );
    expect((await full.put('AccessPolicy/admin', { ...body, resource: narrowed })).status).toBe(
      200,
    );
    try {
      await page.getByRole('button', { name: 'Reload' }).click();
      await page
        .getByRole('alert')
        .getByText(/ACCESS_DENIED/)
        .waitFor();
      expect(await page.getByText('Muster').count()).toBe(0);
    } finally {
      await full.put('AccessPolicy/admin', body);
    }
  });
});
