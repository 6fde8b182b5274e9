import type { Browser, BrowserContext, Page } from '../../../../test/support/chromium.ts';
import { launchChromium } from '../../../../test/support/chromium.ts';
import type { AuthServer } from './auth-server.ts';
import { authorizationRequest, PASSWORD, totpCode } from './sign-in.ts';
import type { Credentials } from './sign-in.ts';

/** A page in a browser context of its own, with what its console and its security policy complain of. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Violations of the security policy and errors of scripts, so far. */
  readonly complaints: string[];
}

/** Browsers of one test file. */
export interface Browsers {
  open(options?: {
    readonly locale?: string;
    readonly dark?: boolean;
    readonly script?: boolean;
    readonly width?: number;
  }): Promise<WatchedPage>;
  close(): Promise<void>;
}

/** Starts Chromium once; each page has its own cookies. */
export async function browsers(): Promise<Browsers> {
  const browser: Browser = await launchChromium();
  return {
    async open({ locale = 'en-GB', dark = false, script = true, width = 1000 } = {}) {
      const context = await browser.newContext({
        locale,
        colorScheme: dark ? 'dark' : 'light',
        javaScriptEnabled: script,
        viewport: { width, height: 800 },
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        const text = message.text();
        const status = /status of 4\d\d/.test(text);
        if (message.type() === 'error' && !status) complaints.push(text);
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      if (script) {
        await page.exposeFunction('reportViolation', (text: string) => complaints.push(text));
        await page.addInitScript(() => {
          document.addEventListener('securitypolicyviolation', (event) => {
            const { reportViolation } = globalThis as unknown as {
              reportViolation(text: string): void;
            };
            reportViolation(`${event.violatedDirective} ${event.blockedURI}`);
          });
        });
      }
      // The app does not listen: what matters is that it is called back, and with what.
      const called: string[] = [];
      callbacks.set(page, called);
      page.on('request', (request) => {
        if (request.url().startsWith(APP)) called.push(request.url());
      });
      return { page, context, complaints };
    },
    close: () => browser.close(),
  };
}

/** Where the app is called back. */
const APP = 'http://127.0.0.1:49152/';

const callbacks = new WeakMap<Page, string[]>();

/** Waits until the app is called back once more, and gives the URL. The page itself then shows that nothing listens. */
export async function calledBack(page: Page): Promise<string> {
  const called = callbacks.get(page) ?? [];
  const end = Date.now() + 30_000;
  while (called.length === 0 && Date.now() < end) await page.waitForTimeout(25);
  const url = called.shift();
  if (url === undefined) throw new TypeError(`The app was not called back from ${page.url()}`);
  // What the browser shows instead of the app is a navigation of its own, which must not meet the next one.
  const shown = (): boolean => page.url().startsWith('chrome-error:') || page.url().startsWith(APP);
  while (!shown() && Date.now() < end) await page.waitForTimeout(25);
  return url;
}

/** What a person keeps after registering in the browser. */
export interface Kept extends Credentials {
  readonly recoveryCodes: readonly string[];
  readonly lockCode: string;
  /** With what the app was called back. */
  readonly calledBack: string;
}

/** Opens the login page for the app. */
export async function openLogin(
  server: AuthServer,
  page: Page,
  more: Record<string, string> = {},
): Promise<string> {
  await page.goto(authorizationRequest(server, more).url);
  return page.url();
}

/** Registers with an authenticator app and goes on to the app. */
export async function registerInBrowser(server: AuthServer, page: Page): Promise<Kept> {
  await openLogin(server, page);
  await page.locator('a[href$="/registration"]').click();
  const handle = await page.locator('#handle').inputValue();
  const shown = await page.locator('main p > code').first().textContent();
  const secret = (shown ?? '').replaceAll(' ', '');
  await page.locator('#kept').check();
  await page.locator('#password').fill(PASSWORD);
  await page.locator('#code').fill(totpCode(server, secret));
  await page.locator('main button[type=submit]').click();
  const kept = await keptCodes(page);
  return { handle, secret, ...kept };
}

/** Reads the codes that are shown once, and goes on. */
export async function keptCodes(page: Page): Promise<Omit<Kept, 'handle' | 'secret'>> {
  await page.locator('ol.codes code').first().waitFor();
  const recoveryCodes = await page.locator('ol.codes code').allTextContents();
  const lockCode = (await page.locator('#lock-code').textContent()) ?? '';
  await page.locator('#codes-kept').check();
  await page.locator('main button[type=submit]').click();
  return { recoveryCodes, lockCode, calledBack: await calledBack(page) };
}

/** First step of a sign-in on the page that is open. */
export async function firstStep(
  page: Page,
  { handle }: Pick<Credentials, 'handle'>,
  password = PASSWORD,
): Promise<void> {
  await page.locator('#handle').fill(handle);
  await page.locator('#password').fill(password);
  await page.locator('form[action$="/login"] button').click();
  await page.waitForURL('**/factor');
}

/** Second step with a one-time code. */
export async function codeStep(server: AuthServer, page: Page, secret: string): Promise<void> {
  // A code serves once: the clock goes on to the next one.
  server.advance(30);
  await page.locator('form[action$="/code"] #code').fill(totpCode(server, secret));
  await page.locator('form[action$="/code"] button').click();
}

/** Opens a page of the account, through the sign-in where it is asked for. */
export async function openAccount(
  server: AuthServer,
  page: Page,
  kept: Credentials,
  path = '',
): Promise<void> {
  await page.goto(`${server.origin}/auth/account${path}`);
  if (!page.url().includes('/auth/interaction/')) return;
  await firstStep(page, kept);
  await codeStep(server, page, kept.secret);
  await page.waitForURL(`${server.origin}/auth/account${path}`);
}
