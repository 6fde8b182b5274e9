import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NO_CHROMIUM, virtualAuthenticator } from '../../../../test/support/chromium.ts';
import type { Page } from '../../../../test/support/chromium.ts';
import { skipNote } from '../../../../test/support/skip-note.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { authServer } from '../support/auth-server.ts';
import type { AuthServer } from '../support/auth-server.ts';
import {
  browsers,
  calledBack,
  codeStep,
  firstStep,
  openLogin,
  registerInBrowser,
} from '../support/pages-browser.ts';
import type { Browsers, Kept } from '../support/pages-browser.ts';
import { PASSWORD, totpCode } from '../support/sign-in.ts';

const describeHere = NO_CHROMIUM === undefined ? describe : describe.skip;
const NEW_PASSWORD = 'vier Boote unter der alten Bruecke';

describeHere(`Lock and recovery in Chromium${skipNote(NO_CHROMIUM)}`, () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let server: AuthServer;
  let chromium: Browsers;

  const person = async (): Promise<Kept> => {
    const { page, context } = await chromium.open();
    const kept = await registerInBrowser(server, page);
    await context.close();
    return kept;
  };
  const submit = (page: Page): Promise<void> => page.locator('main form button').first().click();
  const begin = async (page: Page, goal: string, kept: Kept, code = 0): Promise<void> => {
    server.advance(60);
    await page.goto(`${server.origin}/auth/recovery/${goal}`);
    await page.locator('#handle').fill(kept.handle);
    await page.locator('#recovery-code').fill(kept.recoveryCodes[code] ?? '');
    if (goal === 'unlock') await page.locator('#password').fill(PASSWORD);
    await submit(page);
    await page.waitForURL('**/proof');
  };
  const proveByCode = async (page: Page, secret: string): Promise<void> => {
    server.advance(30);
    await page.locator('#code').fill(totpCode(server, secret));
    await page.locator('form[action$="/code"] button').click();
  };

  beforeAll(async () => {
    database = await accountsDatabase();
    server = await authServer({
      database,
      loopbackName: 'localhost',
      config: { security: { changeDelayHours: 1 } },
    });
    chromium = await browsers();
  }, 60_000);
  afterAll(async () => {
    await chromium.close();
    await server.close();
    await database.drop();
  }, 30_000);

  test('[R-242] a lost device: account number and lock code lock the account from any browser; it is unlocked at the level of a login', async () => {
    const kept = await person();
    const { page, complaints } = await chromium.open();
    await openLogin(server, page);
    await page.getByRole('link', { name: 'Device lost' }).click();
    await page.locator('#handle').fill(kept.handle);
    await page.locator('#lock-code').fill(kept.lockCode);
    await submit(page);
    expect(await page.locator('[role=status]').innerText()).toContain('If account number');
    await openLogin(server, page);
    await firstStep(page, kept);
    await codeStep(server, page, kept.secret);
    expect(await page.locator('.errors').innerText()).toContain('Signing in was not possible');
    await begin(page, 'unlock', kept);
    await proveByCode(page, kept.secret);
    expect(await page.locator('[role=status]').innerText()).toContain('is unlocked');
    server.advance(60);
    await openLogin(server, page);
    await firstStep(page, kept);
    await codeStep(server, page, kept.secret);
    await calledBack(page);
    expect(complaints).toEqual([]);
  }, 180_000);

  test('[R-199] lock and recovery answer the same for accounts that do not exist', async () => {
    const kept = await person();
    const seen = [];
    for (const handle of [kept.handle, '0000-0000-0000-0000']) {
      const { page } = await chromium.open();
      await page.goto(`${server.origin}/auth/lock`);
      await page.locator('#handle').fill(handle);
      await page.locator('#lock-code').fill('WRONG-WRONG-WRONG');
      await submit(page);
      const locked = await page.locator('main').innerText();
      const wrong = { ...kept, handle, recoveryCodes: ['AAAA-AAAA-AAAA-AAAA'] };
      await begin(page, 'password', wrong);
      const proof = await page.locator('main').innerText();
      await page.locator('#code').fill('000000');
      await page.locator('form[action$="/code"] button').click();
      const refused = await page.locator('.errors').innerText();
      seen.push([locked, proof, refused].join('\n'));
    }
    expect(seen[0]).toBe(seen[1]);
    expect(seen[0]).toContain('we do not say which of it is wrong');
  }, 180_000);

  test('[R-243] a forgotten password: it holds after a delay, each sign-in before that shows the change and can block it', async () => {
    const kept = await person();
    const { page, complaints } = await chromium.open();
    await begin(page, 'password', kept);
    await proveByCode(page, kept.secret);
    await page.locator('#password').fill('short');
    await submit(page);
    expect(await page.locator('#password-fault').innerText()).toBe('The password is too short.');
    await page.locator('#password').fill(NEW_PASSWORD);
    await submit(page);
    // The device is asked by a script, and the form goes out after that.
    await page.locator('[role=status]', { hasText: 'The change holds from' }).waitFor();
    const owner = await chromium.open();
    server.advance(60);
    await openLogin(server, owner.page);
    await firstStep(owner.page, kept);
    await codeStep(server, owner.page, kept.secret);
    expect(await owner.page.locator('h1').innerText()).toBe('Announced change');
    await owner.page.getByRole('button', { name: 'Block' }).click();
    expect(await owner.page.locator('[role=status]').innerText()).toBe('The change is blocked.');
    await owner.page.getByRole('button', { name: 'Continue' }).click();
    await calledBack(owner.page);
    server.advance(2 * 3600);
    await openLogin(server, page);
    await firstStep(page, kept, NEW_PASSWORD);
    await codeStep(server, page, kept.secret);
    expect(await page.locator('.errors').innerText()).toContain('Signing in was not possible');
    expect([...complaints, ...owner.complaints]).toEqual([]);
  }, 180_000);

  test('[R-243] a lost app: a passkey takes its place after the delay', async () => {
    const kept = await person();
    const { page, complaints } = await chromium.open();
    await virtualAuthenticator(page);
    await begin(page, 'factor', kept);
    await page.locator('#password').fill(PASSWORD);
    await page.locator('form[action$="/password"] button').click();
    await page.locator('a[href$="/new-passkey"]').click();
    await submit(page);
    // The device is asked by a script, and the form goes out after that.
    await page.locator('[role=status]', { hasText: 'The change holds from' }).waitFor();
    server.advance(2 * 3600);
    await openLogin(server, page);
    await firstStep(page, kept);
    await page.locator('form[data-passkey] button').click();
    await calledBack(page);
    expect(complaints).toEqual([]);
  }, 180_000);

  test('forms are refused from other origins and without the cookie they were given with', async () => {
    const first = await fetch(`${server.origin}/auth/lock`);
    const cookie = first.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const token = /name="form_token" value="([^"]+)"/.exec(await first.text())?.[1] ?? '';
    const send = async (headers: Record<string, string>): Promise<number> => {
      const body = new URLSearchParams({ form_token: token, handle: 'a', 'lock-code': 'b' });
      const url = `${server.origin}/auth/lock`;
      return (await fetch(url, { method: 'POST', body, headers })).status;
    };
    expect(await send({})).toBe(403);
    expect(await send({ cookie, origin: 'https://evil.example' })).toBe(403);
    expect(await send({ cookie, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await send({ cookie })).toBe(200);
    expect((await fetch(`${server.origin}/auth/recovery/unknown`)).status).toBe(404);
  }, 60_000);
});
