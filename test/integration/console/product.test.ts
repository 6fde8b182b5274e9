import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  type Browser,
  launchChromium,
  NO_CHROMIUM,
  type Page,
  virtualAuthenticator,
} from '../../support/chromium.ts';
import { skipNote } from '../../support/skip-note.ts';
import {
  acceptInvitation,
  addBotPolicy,
  inviteStaff,
  signInWithPasskey,
  startProduct,
} from './product.ts';

const suite = NO_CHROMIUM === undefined ? describe : describe.skip;
jest.setTimeout(120_000);

suite(`the console of the whole product${skipNote(NO_CHROMIUM)}`, () => {
  let server: Awaited<ReturnType<typeof startProduct>>;
  let browser: Browser;
  let page: Page;
  let handle: string;
  let profile: string;

  beforeAll(async () => {
    server = await startProduct();
    browser = await launchChromium();
    page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    page.setDefaultTimeout(40_000);
    await virtualAuthenticator(page);
    await addBotPolicy(server);
    const invited = await inviteStaff(server, ['admin', 'auditor', 'bot-operator']);
    ({ profile } = invited);
    handle = await acceptInvitation(page, invited.link);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  test('an admin signs in with password and passkey, and sees what the policies show', async () => {
    await page.goto(`${server.origin}/console/session`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signInWithPasskey(page, handle);
    expect(new URL(page.url()).pathname).toBe('/console/session');
    const shown = page.getByRole('table', { name: 'My session' });
    await shown.getByText(profile).waitFor();
    await shown.getByText('urn:diga:acr:2fa-phr').waitFor();
    await page.getByRole('link', { name: 'Resources' }).click();
    const types = page.getByRole('main').getByRole('link');
    await types.filter({ hasText: 'AuditEvent' }).waitFor();
    expect(await types.filter({ hasText: /^(?:Patient|Observation)$/ }).count()).toBe(0);
  });

  test('members: an invitation makes an identity, and shows its link once', async () => {
    await page.getByRole('link', { name: 'Members', exact: true }).click();
    await page.getByLabel('First name').fill('Kim');
    await page.getByLabel('Last name').fill('Muster');
    await page.getByLabel('Policy').selectOption('auditor');
    await page.getByRole('button', { name: 'Create invitation' }).click();
    const status = page.getByRole('status').filter({ hasText: '/auth/invitation/' });
    await status.waitFor();
    await page.getByRole('link', { name: 'Resources' }).click();
    await page.getByRole('link', { name: 'Members', exact: true }).click();
    await page.getByRole('heading', { name: 'Invite somebody' }).waitFor();
    expect(await status.count()).toBe(0);
  });

  test('service accounts: whose they are, and when their keys are due', async () => {
    await page.getByRole('link', { name: 'Service accounts' }).click();
    const row = page.getByRole('row', { name: /sandbox-clinician/ });
    await row.getByText('Trying the server out as clinician').waitFor();
    await row.getByText('ok', { exact: true }).waitFor();
  });

  test('bots: code that was deployed here runs, and its runs are listed with what they printed', async () => {
    await page.getByRole('link', { name: 'Bots' }).click();
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('greeter');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: /^Bot\/.+/ }).waitFor();
    await page.getByRole('link', { name: 'Bots' }).click();
    await page.getByRole('link', { name: 'greeter' }).click();
    const code =
      'exports.handler = async (medplum, event) => { console.log("greets"); return { hello: event.input.name }; };';
    await page.getByLabel('Code (CommonJS').fill(code);
    await page.getByRole('button', { name: 'Deploy' }).click();
    await page.getByText('Deployed.').waitFor();
    await page.getByLabel('Input (JSON)').fill('{ "name": "Kim" }');
    await page.getByRole('button', { name: 'Run the bot' }).click();
    await page.getByText('"hello": "Kim"').waitFor();
    const runs = page.getByRole('table', { name: 'Runs' });
    await runs.getByText('greets').waitFor();
    await runs.getByText('success').waitFor();
  });

  test('after a reload the session of the browser answers; after signing out it does not', async () => {
    await page.goto(`${server.origin}/console/jobs`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
    await page.getByRole('row', { name: /clinical/ }).waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('#handle').waitFor();
  });
});
