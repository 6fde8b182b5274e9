import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { NO_CHROMIUM } from '../../support/chromium.ts';
import { skipNote } from '../../support/skip-note.ts';
import { type ConsoleTest, startConsole } from './console-page.ts';
import { control } from './sign-in-control.ts';

const suite = NO_CHROMIUM === undefined ? describe : describe.skip;
jest.setTimeout(120_000);

suite(`the console signs in by redirect and keeps its tokens to itself${skipNote(NO_CHROMIUM)}`, () => {
  let tested: ConsoleTest;

  beforeAll(async () => {
    tested = await startConsole();
  }, 60_000);
  afterAll(() => tested.close());
  beforeEach(() => {
    Object.assign(control, {
      seconds: 300,
      refuseRefresh: false,
      acr: 'urn:diga:acr:2fa',
      reused: 0,
    });
    control.authorizations.length = 0;
    control.calls.length = 0;
  });

  test('RFC 7636: code flow with S256; code and tokens stay in no address, storage or cookie', async () => {
    const { page, context, signIn } = tested;
    await signIn('/session');
    const [asked] = control.authorizations;
    expect(Object.fromEntries(asked ?? [])).toMatchObject({
      client_id: 'console',
      response_type: 'code',
      code_challenge_method: 'S256',
      ui_locales: 'en',
    });
    expect(asked?.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/console/session');
    const kept = await page.evaluate(() => ({
      local: localStorage.length,
      session: sessionStorage.length,
      history: history.state as unknown,
    }));
    expect(kept).toEqual({ local: 0, session: 0, history: null });
    expect(await context.cookies()).toEqual([]);
    await page.getByText('Practitioner/admin').waitFor();
  });

  test('RFC 6749 10.12: an answer with a foreign state, or one used before, signs nobody in', async () => {
    const { page, server } = tested;
    await page.goto(`${server.url}/console/callback?code=stolen&state=guessed`);
    await page.getByText('The sign-in was not finished').waitFor();
    expect(control.calls).toEqual([]);
    expect(page.url()).toBe(`${server.url}/console/`);
    await page.evaluate(() => {
      const pending = { verifier: 'v', state: 'right', path: 'https://evil.example/' };
      sessionStorage.setItem('console.sign-in', JSON.stringify(pending));
    });
    await page.goto(`${server.url}/console/callback?code=x&state=wrong`);
    await page.getByText('The sign-in was not finished').waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  test('RFC 9207: an answer of another issuer is refused', async () => {
    const { page, server } = tested;
    await page.goto(`${server.url}/console/`);
    await page.evaluate(() => {
      sessionStorage.setItem(
        'console.sign-in',
        JSON.stringify({ verifier: 'v', state: 's', path: '/' }),
      );
    });
    await page.goto(`${server.url}/console/callback?code=x&state=s&iss=https%3A%2F%2Fevil.example`);
    await page.getByText('The sign-in was not finished').waitFor();
    expect(control.calls).toEqual([]);
  });

  test('RFC 9700 4.14: many requests at the end of a token make one refresh, and no token is used twice', async () => {
    const { page, signIn } = tested;
    control.seconds = 1;
    await signIn('/policies/admin');
    await page.getByRole('heading', { name: 'Who has it' }).waitFor();
    control.seconds = 300;
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByRole('link', { name: 'Members', exact: true }).click();
    await page.getByRole('heading', { name: 'Invite somebody' }).waitFor();
    expect(control.calls).toContain('refresh_token');
    expect(control.reused).toBe(0);
  });

  test('a session that the server has ended ends here, with the reason', async () => {
    const { page, signIn } = tested;
    control.seconds = 1;
    await signIn('/');
    control.refuseRefresh = true;
    await page.getByRole('link', { name: 'Members', exact: true }).click();
    await page.getByText('Your session has ended').waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
  });

  test('signing out ends the login at the server and forgets everything here', async () => {
    const { page, signIn } = tested;
    await signIn('/members');
    await page.getByText('Practitioner/admin').first().waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.getByText('Practitioner/admin').count()).toBe(0);
    expect(control.calls).toContain('logout');
  });

  test('RFC 9470: where the server wants a stronger sign-in, the page asks first and comes back', async () => {
    const { page, signIn } = tested;
    control.acr = 'urn:diga:acr:1fa-consented';
    await signIn('/members');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The server asks for a further proof').waitFor();
    control.acr = 'urn:diga:acr:2fa';
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('Practitioner/admin').first().waitFor();
    const again = control.authorizations.at(-1);
    expect([again?.get('acr_values'), again?.get('prompt')]).toEqual([
      'urn:diga:acr:2fa urn:diga:acr:2fa-phr',
      'login',
    ]);
    expect(new URL(page.url()).pathname).toBe('/console/members');
  });

  test('nobody at the keyboard for a quarter of an hour: signed out, shown before', async () => {
    const { context, server } = tested;
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`${server.url}/console/`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation').waitFor();
    await page.clock.fastForward(13.5 * 60_000);
    await page.getByRole('timer').waitFor();
    await page.keyboard.press('Shift');
    await page.clock.fastForward(60_000);
    expect(await page.getByRole('timer').count()).toBe(0);
    await page.clock.fastForward(15 * 60_000);
    await page.getByText('Your session has ended').waitFor();
    await page.close();
  });
});
