import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Browser, launchChromium, NO_CHROMIUM, type Page } from '../../support/chromium.ts';
import { skipNote } from '../../support/skip-note.ts';
import { acceptWithCode, inviteStaff, oneTimeCode, PASSWORD, startProduct } from './product.ts';
import { openStockPage } from './stock-page.ts';

const suite = NO_CHROMIUM === undefined ? describe : describe.skip;
jest.setTimeout(120_000);

suite(`what the stock console signs in with${skipNote(NO_CHROMIUM)}`, () => {
  let server: Awaited<ReturnType<typeof startProduct>>;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await startProduct();
    browser = await launchChromium();
    page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    page.setDefaultTimeout(40_000);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  test('SignInForm of @medplum/react: handle, password, one-time code; then MedplumClient knows who is signed in', async () => {
    const { link, profile } = await inviteStaff(server, ['auditor'], false);
    const { handle, secret } = await acceptWithCode(page, link);
    await openStockPage(page, server.origin);
    // The field of the form is one of e-mail addresses; the browser insists on an @.
    await page.locator('input[name=email]').fill(`${handle}@diga`);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('input[name=password]').fill(PASSWORD);
    await page.getByRole('button', { name: /sign in|continue|next/i }).click();
    await page.locator('input[name=token]').fill(oneTimeCode(secret));
    await page.getByRole('button', { name: /submit|verify|continue|sign in/i }).click();
    await page.locator('output').getByText(profile).waitFor();
    const found = await page.evaluate(async () => {
      const { medplum } = globalThis as unknown as {
        medplum: {
          search(type: string, query: string): Promise<{ entry?: unknown[] }>;
          getAccessPolicy(): { resource?: { resourceType: string }[] } | undefined;
        };
      };
      const { entry = [] } = await medplum.search('AuditEvent', '_count=3');
      return {
        events: entry.length,
        types: medplum.getAccessPolicy()?.resource?.map((one) => one.resourceType),
      };
    });
    expect(found).toEqual({ events: 3, types: ['AuditEvent'] });
  });
});
