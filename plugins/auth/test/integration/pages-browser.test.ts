import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NO_CHROMIUM, virtualAuthenticator } from '../../../../test/support/chromium.ts';
import { skipNote } from '../../../../test/support/skip-note.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { authServer } from '../support/auth-server.ts';
import type { AuthServer } from '../support/auth-server.ts';
import {
  browsers,
  calledBack,
  codeStep,
  firstStep,
  keptCodes,
  openAccount,
  openLogin,
  registerInBrowser,
} from '../support/pages-browser.ts';
import type { Browsers } from '../support/pages-browser.ts';
import { PASSWORD, totpCode } from '../support/sign-in.ts';

const describeHere = NO_CHROMIUM === undefined ? describe : describe.skip;

describeHere(`Sign-in in Chromium${skipNote(NO_CHROMIUM)}`, () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let server: AuthServer;
  let chromium: Browsers;

  beforeAll(async () => {
    database = await accountsDatabase();
    server = await authServer({ database, loopbackName: 'localhost' });
    chromium = await browsers();
  }, 60_000);
  afterAll(async () => {
    await chromium.close();
    await server.close();
    await database.drop();
  }, 30_000);

  test('registration with an authenticator app shows ten recovery codes and a lock code once, then the app goes on', async () => {
    const { page, complaints } = await chromium.open();
    const kept = await registerInBrowser(server, page);
    expect(kept.handle).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
    expect(new Set(kept.recoveryCodes).size).toBe(10);
    expect(kept.lockCode).not.toBe('');
    expect(kept.calledBack).toContain('code=');
    expect(complaints).toEqual([]);
  }, 60_000);

  test('TR-03161 O.Auth_4: sign-in takes the password and then a one-time code; the account number alone shows nothing', async () => {
    const registration = await chromium.open();
    const kept = await registerInBrowser(server, registration.page);
    const { page, complaints } = await chromium.open();
    await openLogin(server, page);
    await firstStep(page, kept);
    expect(await page.locator('h1').textContent()).toBe('Second step');
    await codeStep(server, page, kept.secret);
    expect(await calledBack(page)).toContain('code=');
    expect(complaints).toEqual([]);
  }, 60_000);

  test('a wrong password and a wrong code look the same, and only after the second step', async () => {
    const registration = await chromium.open();
    const kept = await registerInBrowser(server, registration.page);
    const seen = [];
    for (const [handle, password] of [
      [kept.handle, 'not the password at all'],
      [kept.handle, PASSWORD],
      ['0000-0000-0000-0000', PASSWORD],
    ] as const) {
      const { page } = await chromium.open();
      await openLogin(server, page);
      await firstStep(page, { handle }, password);
      await page.locator('form[action$="/code"] #code').fill('000000');
      await page.locator('form[action$="/code"] button').click();
      seen.push(await page.locator('.errors').innerText());
      expect(
        await page.locator('[autofocus]').evaluate((box) => box === document.activeElement),
      ).toBe(true);
      server.advance(60);
    }
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).toContain('Signing in was not possible');
  }, 60_000);

  test('registration and sign-in with a passkey; the token says that it cannot leave its device', async () => {
    const { page, complaints } = await chromium.open();
    const device = await virtualAuthenticator(page);
    await openLogin(server, page);
    await page.locator('a[href$="/registration"]').click();
    await page.locator('a[href$="/registration-passkey"]').click();
    const handle = await page.locator('#handle').inputValue();
    await page.locator('#kept').check();
    await page.locator('#password').fill(PASSWORD);
    await page.locator('main button[type=submit]').click();
    await keptCodes(page);
    expect(await device.credentials()).toHaveLength(1);
    await openLogin(server, page);
    await firstStep(page, { handle });
    await page.locator('form[data-passkey] button').click();
    expect(await calledBack(page)).toContain('code=');
    expect(complaints).toEqual([]);
    const login = await database.query<{ acr: string; amr: string[] }>({
      text: 'SELECT acr, amr FROM login ORDER BY created_at DESC LIMIT 1',
    });
    expect(login[0]).toEqual({
      acr: 'urn:diga:acr:2fa-phr',
      amr: expect.arrayContaining(['pwd', 'hwk', 'mfa']),
    });
  }, 60_000);

  test('a passkey without proof of who holds it is refused', async () => {
    const { page } = await chromium.open();
    const device = await virtualAuthenticator(page);
    await openLogin(server, page);
    await page.locator('a[href$="/registration"]').click();
    await page.locator('a[href$="/registration-passkey"]').click();
    const handle = await page.locator('#handle').inputValue();
    await page.locator('#kept').check();
    await page.locator('#password').fill(PASSWORD);
    await page.locator('main button[type=submit]').click();
    await keptCodes(page);
    await device.setUserVerified(false);
    await openLogin(server, page);
    await firstStep(page, { handle });
    await page.locator('form[data-passkey] button').click();
    await page.locator('[data-status]').filter({ hasText: 'did not confirm' }).waitFor();
    expect(page.url()).toContain('/factor');
  }, 60_000);

  test('[R-278] TR-03161 O.Auth_5: a passkey alone signs in only while the person agrees to that', async () => {
    const { page, complaints } = await chromium.open();
    const kept = await registerInBrowser(server, page);
    await virtualAuthenticator(page);
    await openAccount(server, page, kept, '/passkey');
    await page.locator('main button[type=submit]').click();
    await page.waitForURL('**/factors?done=*');
    const passkeyAlone = async (): Promise<void> => {
      server.advance(60);
      await openLogin(server, page);
      await page.locator('form[action$="/passkey-only"] button').click();
      await page.locator('form[data-passkey] button').click();
    };
    await passkeyAlone();
    expect(await page.locator('.errors').innerText()).toContain('Signing in was not possible');
    await openAccount(server, page, kept, '/one-factor');
    await page.locator('#agree').check();
    await page.getByRole('button', { name: 'Agree' }).click();
    expect(await page.locator('[role=status]').innerText()).toContain('passkey alone now');
    await passkeyAlone();
    await calledBack(page);
    const [login] = await database.query<{ acr: string }>({
      text: `SELECT acr FROM login WHERE client_id = 'diga-app' ORDER BY created_at DESC LIMIT 1`,
    });
    expect(login?.acr).toBe('urn:diga:acr:1fa-consented');
    await openAccount(server, page, kept, '/one-factor');
    await page.getByRole('button', { name: 'Take it back' }).click();
    await passkeyAlone();
    expect(await page.locator('.errors').innerText()).toContain('Signing in was not possible');
    expect(complaints).toEqual([]);
  }, 120_000);

  test('WCAG 2.2, without JavaScript: registration and sign-in work with an authenticator app', async () => {
    const { page } = await chromium.open({ script: false });
    const kept = await registerInBrowser(server, page);
    await openLogin(server, page);
    await firstStep(page, kept);
    expect(await page.locator('form[data-passkey]').isVisible()).toBe(false);
    expect(await page.locator('noscript').innerText()).toContain('Passkeys need JavaScript');
    await codeStep(server, page, kept.secret);
    expect(await calledBack(page)).toContain('code=');
  }, 60_000);

  test('who has a code at hand sends it with the first step', async () => {
    const { page } = await chromium.open();
    const kept = await registerInBrowser(server, page);
    await openLogin(server, page);
    await page.locator('summary').click();
    server.advance(30);
    await page.locator('#code').fill(totpCode(server, kept.secret));
    await page.locator('#handle').fill(kept.handle);
    await page.locator('#password').fill(PASSWORD);
    await page.locator('form[action$="/login"] button').click();
    expect(await calledBack(page)).toContain('code=');
  }, 60_000);
});
