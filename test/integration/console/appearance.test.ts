import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { accessibilityFaults, NO_CHROMIUM } from '../../support/chromium.ts';
import { skipNote } from '../../support/skip-note.ts';
import { type ConsoleTest, startConsole } from './console-page.ts';

const suite = NO_CHROMIUM === undefined ? describe : describe.skip;
jest.setTimeout(240_000);

/** All kinds of pages, with what axe finds there inside of Medplum's components, which the console cannot change. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  '/': [],
  '/Practitioner': [],
  '/Practitioner/admin': [],
  '/Practitioner/admin/edit': [],
  '/Practitioner/admin/history': [],
  '/Practitioner/admin/json': [],
  '/policies': [],
  '/policies/admin': [],
  '/explain': [],
  '/members': [],
  '/clients': [],
  '/accounts': [],
  '/bots': [],
  '/bots/gkv-billing': [],
  '/ledger': [],
  '/subscriptions': [],
  '/jobs': [],
  '/session': [],
};

suite(`the console is usable by all and speaks to this server alone${skipNote(NO_CHROMIUM)}`, () => {
  let tested: ConsoleTest;

  beforeAll(async () => {
    tested = await startConsole({ locale: 'de-DE' });
  });
  afterAll(() => tested.close());

  const signIn = async (path: string): Promise<void> => {
    const { page, server } = tested;
    await page.goto(`${server.url}/console${path}`);
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.getByRole('navigation').waitFor();
  };

  /** Goes on as a link would: without loading the page again, which would forget the tokens. */
  const go = async (path: string): Promise<void> => {
    const { page } = tested;
    await page.evaluate((to) => {
      history.pushState(null, '', `/console${to}`);
      dispatchEvent(new PopStateEvent('popstate'));
    }, path);
    // Pages say that they load; Medplum's components show a circle or a word.
    await page.waitForTimeout(200);
    await page.waitForFunction(
      () =>
        document.querySelector('[aria-busy=true], .mantine-Loader-root') === null &&
        !document.body.textContent.includes('Loading...'),
    );
  };

  test('WCAG 2.2 AA: axe finds nothing on any page, light or dark', async () => {
    const { page, server } = tested;
    await page.goto(`${server.url}/console/`);
    await page.getByRole('button', { name: 'Anmelden' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await signIn('/');
    for (const scheme of ['light', 'dark']) {
      for (const [path, known] of Object.entries(PAGES)) {
        await go(path);
        const faults = (await accessibilityFaults(page)).filter(({ id }) => !known.includes(id));
        expect({ path, scheme, faults }).toEqual({ path, scheme, faults: [] });
      }
      await page.getByRole('button', { name: /hell und dunkel/ }).click();
    }
  });

  test('German by the language of the browser, English by a button; the page says which', async () => {
    const { page } = tested;
    await signIn('/members');
    await page.getByRole('heading', { name: 'Mitglieder' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    await page.getByRole('button', { name: 'Language: English' }).click();
    await page.getByRole('heading', { name: 'Members' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  test('WCAG 2.2 2.1.1: by keyboard alone, from the skip link to a page', async () => {
    const { page } = tested;
    await signIn('/');
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Zum Inhalt' });
    expect(await skip.evaluate((link) => link === document.activeElement)).toBe(true);
    expect(await skip.isVisible()).toBe(true);
    const members = page.getByRole('link', { name: 'Mitglieder', exact: true });
    for (let press = 0; press < 20; press += 1) {
      await page.keyboard.press('Tab');
      if (await members.evaluate((link) => link === document.activeElement)) break;
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Mitglieder' }).waitFor();
  });

  test('no request leaves for anybody else, nothing breaks the Content-Security-Policy, nothing is stored', async () => {
    const { page, requests, faults, server } = tested;
    await signIn('/');
    for (const path of Object.keys(PAGES)) await go(path);
    expect(requests.length).toBeGreaterThan(50);
    const foreign = requests.filter(
      (url) => !url.startsWith(server.url) && !/^(?:data|blob):/.test(url),
    );
    expect(foreign).toEqual([]);
    const refused = faults.filter((fault) =>
      /Content.Security.Policy|Refused to|TypeError|Uncaught/.test(fault),
    );
    expect(refused).toEqual([]);
    expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
  });

  test('WCAG 2.2 1.4.10: on a small screen nothing is cut off, the navigation opens by a button', async () => {
    const { page } = tested;
    await page.setViewportSize({ width: 320, height: 640 });
    await signIn('/jobs');
    await page.getByRole('heading', { name: 'Aufträge' }).waitFor();
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth > window.innerWidth,
    );
    expect(wide).toBe(false);
    await page.getByRole('button', { name: 'Navigation' }).click();
    await page.getByRole('link', { name: 'Mitglieder', exact: true }).click();
    await page.getByRole('heading', { name: 'Mitglieder' }).waitFor();
    await page.setViewportSize({ width: 1280, height: 720 });
  });
});
