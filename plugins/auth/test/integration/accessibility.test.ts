import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  accessibilityFaults,
  NO_CHROMIUM,
  virtualAuthenticator,
} from '../../../../test/support/chromium.ts';
import type { Page } from '../../../../test/support/chromium.ts';
import { skipNote } from '../../../../test/support/skip-note.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { authServer } from '../support/auth-server.ts';
import type { AuthServer } from '../support/auth-server.ts';
import { tourOfPages } from '../support/page-tour.ts';
import { browsers } from '../support/pages-browser.ts';
import type { Browsers } from '../support/pages-browser.ts';

const describeHere = NO_CHROMIUM === undefined ? describe : describe.skip;
/** CSS pixels: a screen of 1280 pixels at 400 %. @see WCAG 2.2, 1.4.10 */
const NARROW = 320;
/** CSS pixels. @see WCAG 2.2, 2.5.8 */
const TARGET = 24;

/** What axe does not look at. */
async function otherFaults(page: Page): Promise<string[]> {
  return page.evaluate((target) => {
    interface Box {
      readonly textContent: string | null;
      readonly tagName: string;
      getBoundingClientRect(): { readonly width: number; readonly height: number };
      closest(selector: string): unknown;
    }
    const { document } = globalThis as unknown as {
      document: {
        documentElement: { scrollWidth: number; clientWidth: number };
        querySelectorAll(selector: string): Iterable<Box>;
      };
    };
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = scrollWidth > clientWidth ? [`scrolls sideways: ${scrollWidth} px`] : [];
    const small = [];
    for (const one of document.querySelectorAll('a, button, input:not([type=hidden]), summary')) {
      const { width, height } = one.getBoundingClientRect();
      const hidden = width === 0 || one.closest('p:not(.buttons):not(.check)') !== null;
      const skip = one.closest('.skip') !== null;
      if (!hidden && !skip && (width < target || height < target)) {
        small.push(`${one.tagName} ${one.textContent} is ${width} x ${height} px`);
      }
    }
    return [...wide, ...small];
  }, TARGET);
}

describeHere(`Accessibility of all pages, by axe${skipNote(NO_CHROMIUM)}`, () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let server: AuthServer;
  let chromium: Browsers;

  beforeAll(async () => {
    database = await accountsDatabase();
    server = await authServer({
      database,
      loopbackName: 'localhost',
      config: {
        apps: [
          {
            clientId: 'diary',
            name: 'Diary',
            type: 'web',
            redirectUris: ['https://diary.example/callback'],
            firstParty: false,
            owner: 'Somebody else',
            purpose: 'Keeps a diary of your measurements',
          },
        ],
        pages: {
          links: {
            imprint: 'https://diga.example/imprint',
            privacy: 'https://diga.example/privacy',
          },
        },
      },
    });
    chromium = await browsers();
  }, 60_000);
  afterAll(async () => {
    await chromium.close();
    await server.close();
    await database.drop();
  }, 30_000);

  test.each([
    ['German, light', { locale: 'de-DE' }],
    ['English, dark, 320 px', { locale: 'en-GB', dark: true, width: NARROW }],
  ] as const)(
    'WCAG 2.2 AA, %s: no page has a fault, scrolls sideways or complains',
    async (_name, options) => {
      const { page, complaints } = await chromium.open(options);
      await virtualAuthenticator(page);
      const faults: string[] = [];
      const seen: string[] = [];
      await tourOfPages(server, page, async (name) => {
        seen.push(name);
        const language = await page.locator('html').getAttribute('lang');
        if (language !== options.locale.slice(0, 2)) faults.push(`${name}: is in ${language}`);
        for (const { id, where } of await accessibilityFaults(page)) {
          faults.push(`${name}: ${id} ${where}`);
        }
        for (const fault of await otherFaults(page)) faults.push(`${name}: ${fault}`);
      });
      expect(faults).toEqual([]);
      expect(complaints).toEqual([]);
      expect(seen.length).toBeGreaterThanOrEqual(20);
    },
    300_000,
  );
});
