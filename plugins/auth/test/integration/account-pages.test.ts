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
  openAccount,
  openLogin,
  registerInBrowser,
} from '../support/pages-browser.ts';
import type { Browsers, Kept } from '../support/pages-browser.ts';
import { PASSWORD, totpCode } from '../support/sign-in.ts';

const describeHere = NO_CHROMIUM === undefined ? describe : describe.skip;
const NEW_PASSWORD = 'vier Boote unter der alten Bruecke';

describeHere(`Pages of the account in Chromium${skipNote(NO_CHROMIUM)}`, () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let server: AuthServer;
  let chromium: Browsers;

  const person = async (): Promise<Kept> => {
    const { page, context } = await chromium.open();
    const kept = await registerInBrowser(server, page);
    await context.close();
    return kept;
  };
  const url = (path: string): string => `${server.origin}/auth/account${path}`;

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

  test('TR-03161 O.Auth_16: the list shows every session; one can be ended, and all others', async () => {
    const kept = await person();
    const phone = await chromium.open();
    await openLogin(server, phone.page);
    await firstStep(phone.page, kept);
    await codeStep(server, phone.page, kept.secret);
    await calledBack(phone.page);
    const { page, complaints } = await chromium.open();
    await openAccount(server, page, kept, '/sessions');
    const cards = page.locator('li.card');
    expect(await cards.count()).toBe(3);
    expect(await cards.first().innerText()).toContain('This session');
    expect(await cards.nth(1).innerText()).toContain('on Linux');
    await cards.nth(1).locator('button').click();
    expect(await page.locator('[role=status]').innerText()).toBe('The session has ended.');
    expect(await cards.count()).toBe(2);
    await page.getByRole('button', { name: 'End all others' }).click();
    expect(await cards.count()).toBe(1);
    expect(complaints).toEqual([]);
    const living = await database.query<{ count: number }>({
      text: 'SELECT count(*)::int AS count FROM login WHERE revoked_at IS NULL AND client_id = $1',
      values: ['diga-app'],
    });
    expect(living[0]?.count).toBe(0);
  }, 120_000);

  test('TR-03161 O.Auth_10: pages that were not used for a quarter of an hour ask for both factors again', async () => {
    const kept = await person();
    const { page } = await chromium.open();
    await openAccount(server, page, kept);
    await page.goto(url('/apps'));
    expect(page.url()).toBe(url('/apps'));
    server.advance(16 * 60);
    await page.goto(url('/apps'));
    expect(page.url()).toContain('/auth/interaction/');
  }, 120_000);

  test('TR-03161 O.Auth_12: a change asks for both factors again when the sign-in is older than five minutes', async () => {
    const kept = await person();
    const { page } = await chromium.open();
    await openAccount(server, page, kept);
    server.advance(6 * 60);
    await page.goto(url('/password'));
    expect(page.url()).toContain('/auth/interaction/');
    expect(await page.locator('.note').innerText()).toContain('sign in once more');
    await firstStep(page, kept);
    await codeStep(server, page, kept.secret);
    await page.waitForURL(url('/password'));
  }, 120_000);

  test('a form that is sent too late changes nothing and asks for both factors again', async () => {
    const kept = await person();
    const { page } = await chromium.open();
    await openAccount(server, page, kept, '/password');
    await page.locator('#old').fill(PASSWORD);
    await page.locator('#password').fill(NEW_PASSWORD);
    server.advance(6 * 60);
    await page.locator('main button[type=submit]').click();
    await page.waitForURL('**/auth/interaction/**');
    await firstStep(page, kept);
    await codeStep(server, page, kept.secret);
    await page.waitForURL(url('/password'));
  }, 120_000);

  test('TR-03161 O.Pass_3: the password is changed with the old one; the old one is void at once', async () => {
    const kept = await person();
    const { page } = await chromium.open();
    await openAccount(server, page, kept, '/password');
    await page.locator('#old').fill('not the old password');
    await page.locator('#password').fill(NEW_PASSWORD);
    await page.locator('main button[type=submit]').click();
    expect(await page.locator('.errors').innerText()).toContain('present password is not right');
    server.advance(60);
    await page.locator('#old').fill(PASSWORD);
    await page.locator('#password').fill('short');
    await page.locator('main button[type=submit]').click();
    expect(await page.locator('#password-fault').innerText()).toBe('The password is too short.');
    await page.locator('#old').fill(PASSWORD);
    await page.locator('#password').fill(NEW_PASSWORD);
    await page.locator('main button[type=submit]').click();
    expect(await page.locator('[role=status]').innerText()).toContain('was changed');
    const again = await chromium.open();
    await openLogin(server, again.page);
    await firstStep(again.page, kept, NEW_PASSWORD);
    await codeStep(server, again.page, kept.secret);
    await calledBack(again.page);
  }, 120_000);

  test('a passkey and an app are added, a factor is removed, and the last one stays', async () => {
    const kept = await person();
    const { page, complaints } = await chromium.open();
    await openAccount(server, page, kept, '/passkey');
    await virtualAuthenticator(page);
    await page.locator('#label').fill('phone <b>');
    await page.locator('main button[type=submit]').click();
    await page.waitForURL('**/factors?done=*');
    expect(await page.locator('li.card', { hasText: 'phone <b>' }).count()).toBe(1);
    await page.goto(url('/totp'));
    const shown = (await page.locator('main p > code').first().textContent()) ?? '';
    await page.locator('#code').fill('000000');
    await page.locator('main button[type=submit]').click();
    expect(await page.locator('main p > code').first().textContent()).toBe(shown);
    await page.locator('#code').fill(totpCode(server, shown.replaceAll(' ', '')));
    await page.locator('main button[type=submit]').click();
    await page.waitForURL('**/factors?done=*');
    expect(await page.locator('li.card', { hasText: 'Authenticator app' }).count()).toBe(2);
    expect(complaints).toEqual([]);
  }, 120_000);

  test('the last second factor cannot be removed', async () => {
    const kept = await person();
    const { page } = await chromium.open();
    await openAccount(server, page, kept, '/factors');
    await page.locator('li.card', { hasText: 'Authenticator app' }).locator('button').click();
    expect(await page.locator('.errors').innerText()).toContain('last second factor');
  }, 120_000);

  test('new recovery codes and a new lock code are shown once', async () => {
    const kept = await person();
    const { page } = await chromium.open();
    await openAccount(server, page, kept, '/codes');
    await page.getByRole('button', { name: 'Make new recovery codes' }).click();
    const codes = await page.locator('ol.codes code').allTextContents();
    expect(codes).toHaveLength(10);
    expect(codes.some((code) => kept.recoveryCodes.includes(code))).toBe(false);
    await page.goto(url('/codes'));
    expect(await page.locator('ol.codes').count()).toBe(0);
    await page.getByRole('button', { name: 'Make a new lock code' }).click();
    expect(await page.locator('#lock-code').textContent()).not.toBe(kept.lockCode);
  }, 120_000);

  test('[R-242] whoever is signed in locks the account at once; nobody signs in after that', async () => {
    const kept = await person();
    const { page } = await chromium.open();
    await openAccount(server, page, kept, '/lock');
    await page.getByRole('button', { name: 'Lock now' }).click();
    expect(await page.locator('[role=status]').innerText()).toContain('is locked');
    await page.goto(url(''));
    expect(page.url()).toContain('/auth/interaction/');
    await firstStep(page, kept);
    await codeStep(server, page, kept.secret);
    expect(await page.locator('.errors').innerText()).toContain('Signing in was not possible');
  }, 120_000);

  test('signing out ends the session of the browser', async () => {
    const kept = await person();
    const { page } = await chromium.open();
    await openAccount(server, page, kept);
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await page.locator('[role=status]').innerText()).toBe('You are signed out.');
    await page.goto(url(''));
    expect(page.url()).toContain('/auth/interaction/');
  }, 120_000);
});
