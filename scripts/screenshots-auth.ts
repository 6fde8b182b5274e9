// Pictures of the sign-in pages for docs/sign-in.md: `node scripts/node24.mjs scripts/screenshots-auth.ts`. Needs Chromium
// and the PostgreSQL of the tests; everything on the pictures is made up for them.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NO_CHROMIUM, virtualAuthenticator } from '../test/support/chromium.ts';
import { accountsDatabase } from '../plugins/auth/test/support/accounts-database.ts';
import { authServer } from '../plugins/auth/test/support/auth-server.ts';
import { tourOfPages } from '../plugins/auth/test/support/page-tour.ts';
import { withPalette } from './png-palette.ts';
import { browsers } from '../plugins/auth/test/support/pages-browser.ts';

const FOLDER = join(import.meta.dirname, '../docs/screenshots');
const MAX_BYTES = 60_000;
const WIDTH = 480;

/** Which pages of a tour are shown in the documentation. */
const TOURS = [
  {
    suffix: 'de',
    locale: 'de-DE',
    dark: false,
    pages: ['login', 'registration', 'codes', 'factor', 'consent', 'account', 'account-sessions'],
  },
  {
    suffix: 'en',
    locale: 'en-GB',
    dark: false,
    pages: ['login', 'factor', 'account-factors', 'notices', 'recovery', 'lock'],
  },
  { suffix: 'dark', locale: 'en-GB', dark: true, pages: ['login', 'consent', 'account-sessions'] },
] as const;

if (NO_CHROMIUM !== undefined) throw new TypeError(NO_CHROMIUM);
await mkdir(FOLDER, { recursive: true });
const database = await accountsDatabase();
const server = await authServer({
  database,
  loopbackName: 'localhost',
  config: {
    apps: [
      {
        clientId: 'diary',
        name: 'Tagebuch',
        type: 'web',
        redirectUris: ['https://diary.example/callback'],
        firstParty: false,
        owner: 'Beispiel GmbH',
        purpose: 'Führt ein Tagebuch Ihrer Messwerte',
      },
    ],
    pages: {
      productName: 'Beispiel-DiGA',
      links: { imprint: 'https://diga.example/imprint', privacy: 'https://diga.example/privacy' },
    },
  },
});
const chromium = await browsers();
try {
  for (const { suffix, locale, dark, pages } of TOURS) {
    const { page, context } = await chromium.open({ locale, dark, width: WIDTH });
    await virtualAuthenticator(page);
    await tourOfPages(server, page, async (name) => {
      if (!(pages as readonly string[]).includes(name)) return;
      const path = join(FOLDER, `auth-${name}-${suffix}.png`);
      const picture = await page.screenshot({ fullPage: true, animations: 'disabled' });
      const small = withPalette(picture);
      const size = small.length;
      await writeFile(path, small);
      if (size > MAX_BYTES) throw new TypeError(`${path} has ${size} bytes`);
      process.stdout.write(`${path} ${size}\n`);
    });
    await context.close();
  }
} finally {
  await chromium.close();
  await server.close();
  await database.drop();
}
