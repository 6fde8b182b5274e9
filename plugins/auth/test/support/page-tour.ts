import type { Page } from '../../../../test/support/chromium.ts';
import type { AuthServer } from './auth-server.ts';
import { codeStep, firstStep, keptCodes, openLogin } from './pages-browser.ts';
import { PASSWORD, totpCode } from './sign-in.ts';

/**
 * Opens every page of the sign-in and of the account as a person would, with a passkey device at hand, and stops at each.
 * The server needs the app `diary` of another maker.
 */
export async function tourOfPages(
  server: AuthServer,
  page: Page,
  stop: (name: string) => Promise<void>,
): Promise<void> {
  const send = (): Promise<void> => page.locator('main form button').first().click();
  const login = await openLogin(server, page);
  await stop('login');
  await page.goto(`${login}/registration-passkey`);
  await stop('registration-passkey');
  await page.goto(`${login}/registration`);
  await stop('registration');
  const handle = await page.locator('#handle').inputValue();
  const shown = await page.locator('main p > code').first().textContent();
  const secret = (shown ?? '').replaceAll(' ', '');
  await page.locator('#kept').check();
  await page.locator('#password').fill('passwort1234');
  await page.locator('#code').fill('000000');
  await send();
  await stop('registration-faults');
  await page.locator('#kept').check();
  await page.locator('#password').fill(PASSWORD);
  await page.locator('#code').fill(totpCode(server, secret));
  await send();
  await stop('codes');
  const { lockCode, recoveryCodes } = await keptCodes(page);
  const diary = { client_id: 'diary', redirect_uri: 'https://diary.example/callback' };
  const scope = 'openid offline_access patient/Observation.rs patient/Condition.cruds';
  await openLogin(server, page, { ...diary, scope, prompt: 'login consent' });
  await firstStep(page, { handle });
  await stop('factor');
  await codeStep(server, page, secret);
  await page.locator('#scope-0').waitFor();
  await stop('consent');
  await page.route('https://diary.example/**', (route) => route.fulfill({ body: 'diary' }));
  await page.locator('button[value=all]').click();
  await page.waitForURL('https://diary.example/**');
  await openLogin(server, page);
  await firstStep(page, { handle }, 'not the password at all');
  await page.locator('form[action$="/code"] #code').fill('000000');
  await page.locator('form[action$="/code"] button').click();
  await page.locator('.errors').waitFor();
  await stop('login-refused');
  server.advance(60);
  const account = `${server.origin}/auth/account`;
  await page.goto(`${account}/passkey`);
  if (page.url().includes('/interaction/')) {
    await firstStep(page, { handle });
    await codeStep(server, page, secret);
    await page.waitForURL(`${account}/passkey`);
  }
  await stop('account-passkey');
  await page.locator('#label').fill('phone');
  await send();
  await page.waitForURL('**/factors?done=*');
  await stop('account-factors');
  for (const path of [
    '',
    '/sessions',
    '/totp',
    '/codes',
    '/password',
    '/apps',
    '/one-factor',
    '/lock',
  ]) {
    await page.goto(`${account}${path}`);
    await stop(`account${path.replace('/', '-')}`);
  }
  for (const goal of ['', '/password', '/factor', '/unlock']) {
    await page.goto(`${server.origin}/auth/recovery${goal}`);
    await stop(`recovery${goal.replace('/', '-')}`);
  }
  await page.goto(`${server.origin}/auth/recovery/password`);
  await page.locator('#handle').fill(handle);
  await page.locator('#recovery-code').fill(recoveryCodes[0] ?? '');
  await send();
  await page.waitForURL('**/proof');
  await stop('recovery-proof');
  server.advance(30);
  await page.locator('#code').fill(totpCode(server, secret));
  await page.locator('form[action$="/code"] button').click();
  await page.waitForURL('**/new');
  await stop('recovery-new-password');
  await page.locator('#password').fill('vier Boote unter der alten Bruecke');
  await send();
  await page.locator('[role=status]').waitFor();
  await stop('recovery-done');
  await openLogin(server, page);
  await firstStep(page, { handle });
  await codeStep(server, page, secret);
  await page.locator('form[action$="/block"]').waitFor();
  await stop('notices');
  await page.goto(`${server.origin}/auth/lock`);
  await stop('lock');
  await page.locator('#handle').fill(handle);
  await page.locator('#lock-code').fill(lockCode);
  await send();
  await page.locator('[role=status]').waitFor();
  await stop('lock-done');
  await page.goto(`${login}/registration`);
  await stop('error');
}
