// Takes the pictures of docs/console.md from the whole product: `node scripts/node24.mjs scripts/console-screenshots.ts`. It
// needs Chromium and the PostgreSQL of the tests.
import { join } from 'node:path';
import {
  acceptInvitation,
  addBotPolicy,
  inviteStaff,
  sandboxToken,
  signInWithPasskey,
  startProduct,
} from '../test/integration/console/product.ts';
import { launchChromium, type Page, virtualAuthenticator } from '../test/support/chromium.ts';
import { fhirClient } from '../test/support/fhir-client.ts';

const FOLDER = join(import.meta.dirname, '../docs/screenshots');

const server = await startProduct();
const browser = await launchChromium();
try {
  const page = await (
    await browser.newContext({ locale: 'en-GB', viewport: { width: 1180, height: 760 } })
  ).newPage();
  await virtualAuthenticator(page);
  await addBotPolicy(server);
  await prepare();
  const { link } = await inviteStaff(server, ['admin', 'auditor', 'bot-operator']);
  const handle = await acceptInvitation(page, link);
  await page.goto(`${server.origin}/console/`);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await take(page, 'sign-in');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await signInWithPasskey(page, handle);

  await go(page, '/AccessPolicy');
  await take(page, 'search');
  await go(page, '/Organization/klinik/edit');
  await take(page, 'edit');
  await go(page, '/policies/clinician');
  await take(page, 'policy');
  await go(page, '/explain');
  await page.getByLabel('Identity (FHIR reference)').fill('Practitioner/sandbox-clinician');
  await page.getByLabel('Request').fill('GET Observation?code=29463-7');
  await page.getByLabel('How they signed in (acr)').fill('urn:diga:acr:2fa');
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByTestId('explanation').waitFor();
  await take(page, 'explain');
  await go(page, '/members');
  await take(page, 'members');
  await go(page, '/accounts');
  await take(page, 'accounts');
  await go(page, '/bots/greeter');
  await page.getByLabel('Input (JSON)').fill('{ "name": "Kim" }');
  await page.getByRole('button', { name: 'Run the bot' }).click();
  await page.getByText('"hello": "Kim"').waitFor();
  await take(page, 'bot');
  await go(page, '/ledger');
  await page.getByTestId('seal').getByText('verified', { exact: true }).waitFor();
  await take(page, 'ledger');
  await page.getByRole('table', { name: 'Audit ledger' }).getByRole('link').last().click();
  await page.getByTestId('proof').getByRole('button').click();
  await page.getByTestId('proof').getByRole('listitem').first().waitFor();
  await take(page, 'proof');
  await page.getByRole('button', { name: 'Switch between' }).click();
  await go(page, '/jobs');
  await take(page, 'jobs-dark');
} finally {
  await browser.close();
  await server.close();
}

/** Something to look at. */
async function prepare(): Promise<void> {
  const full = fhirClient(`${server.url}/fhir`, await sandboxToken(server, 'full'));
  await full.put('Organization/klinik', {
    resourceType: 'Organization',
    id: 'klinik',
    active: true,
    name: 'Klinik am See',
  });
  await full.put('Bot/greeter', {
    resourceType: 'Bot',
    id: 'greeter',
    name: 'greeter',
    description: 'Says hello',
  });
  const code = `exports.handler = async (medplum, event) => {
  console.log('greets');
  return { hello: event.input.name };
};`;
  const deployed = await full.post('Bot/greeter/$deploy', { code, filename: 'index.cjs' });
  if (deployed.status !== 200) throw new TypeError(deployed.text);
  await full.get('Patient/sandbox-patient');
  await full.get('Observation?subject=Patient/sandbox-patient');
}

/** Goes on within the page, which would forget its tokens otherwise, and waits until it has loaded. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', `/console${to}`);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await page.waitForTimeout(500);
  await page.waitForFunction(
    () =>
      document.querySelector('[aria-busy=true], .mantine-Loader-root') === null &&
      !document.body.textContent.includes('Loading...'),
  );
}

async function take(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(FOLDER, `console-${name}.png`) });
}
