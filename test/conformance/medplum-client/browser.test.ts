import { createServer, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { build } from 'esbuild';
import {
  type Browser,
  launchChromium,
  NO_CHROMIUM,
  type Page,
  virtualAuthenticator,
} from '../../support/chromium.ts';
import { skipNote } from '../../support/skip-note.ts';
import {
  acceptInvitation,
  inviteStaff,
  PASSWORD,
  startProduct,
} from '../../integration/console/product.ts';

jest.setTimeout(120_000);

/** As much of MedplumClient as the scripts in the page use. */
interface Page0 {
  readonly medplum: {
    signInWithRedirect(): Promise<unknown>;
    signOutWithRedirect(): void;
    startLogin(request: object): Promise<{ login: string }>;
    post<T>(path: string, body: object): Promise<T>;
    processCode(code: string): Promise<{ resourceType: string; id: string }>;
    getAccessToken(): string | undefined;
    refreshIfExpired(milliseconds: number): Promise<void>;
    clear(): void;
    search(type: string, query: string): Promise<{ resourceType: string }>;
  };
}

/** Runs in the page. */
const script = (baseUrl: string): string => `
import { MedplumClient } from '@medplum/core';
globalThis.medplum = new MedplumClient({ baseUrl: '${baseUrl}/', clientId: 'medplum' });
const show = (text) => { document.body.appendChild(document.createElement('output')).textContent = text; };
if (new URLSearchParams(location.search).has('code')) {
  globalThis.medplum.signInWithRedirect().then(
    (profile) => show(profile.resourceType + '/' + profile.id),
    (error) => show('failed: ' + error.message),
  );
} else show('ready');
`;

const HTML =
  '<!doctype html><html lang="en"><title>App</title><body><script type="module" src="/app.js"></script>';

async function bundled(baseUrl: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: script(baseUrl),
      resolveDir: join(import.meta.dirname, '../../..'),
      loader: 'js',
    },
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** A page with MedplumClient at an origin of its own. */
async function startApp(): Promise<{ server: Server; origin: string; code: { text: string } }> {
  const code = { text: '' };
  const server = createServer(({ url }, response) => {
    const [type, body] = url === '/app.js' ? ['text/javascript', code.text] : ['text/html', HTML];
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, code, origin: `http://localhost:${(server.address() as AddressInfo).port}` };
}

(NO_CHROMIUM === undefined ? describe : describe.skip)(
  `MedplumClient 5.2 in Chromium${skipNote(NO_CHROMIUM)}`,
  () => {
    let server: Awaited<ReturnType<typeof startProduct>>;
    let browser: Browser;
    let page: Page;
    let handle: string;
    let profile: string;
    let folder: string;
    let app: Awaited<ReturnType<typeof startApp>>;

    beforeAll(async () => {
      app = await startApp();
      folder = await mkdtemp(join(tmpdir(), 'diga-server-app-'));
      const file = join(folder, 'app.yaml');
      const medplum = { redirectUris: [`${app.origin}/`], allowedOrigins: [app.origin] };
      await writeFile(file, JSON.stringify({ plugins: { medplum } }));
      server = await startProduct({ file, settings: [`http.cors.origins=${app.origin}`] });
      app.code.text = await bundled(server.origin);
      browser = await launchChromium();
      page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
      page.setDefaultTimeout(30_000);
      await virtualAuthenticator(page);
      const invitation = await inviteStaff(server, ['admin']);
      profile = invitation.profile;
      handle = await acceptInvitation(page, invitation.link);
    });
    afterAll(async () => {
      await browser.close();
      app.server.close();
      app.server.closeAllConnections();
      await rm(folder, { recursive: true });
      await server.close();
    });

    const open = async (origin: string): Promise<void> => {
      await page.goto(`${origin}/`);
      await page.locator('output').getByText('ready').waitFor();
    };
    const search = (): Promise<string> =>
      page.evaluate(async () => {
        const { medplum } = globalThis as unknown as Page0;
        return (await medplum.search('AccessPolicy', '_count=1')).resourceType;
      });

    test('signInWithRedirect: our pages, a passkey, and back with a code; refresh; signOutWithRedirect', async () => {
      await open(app.origin);
      await page.evaluate(() => {
        void (globalThis as unknown as Page0).medplum.signInWithRedirect();
      });
      await page.locator('#handle').fill(handle);
      await page.locator('#password').fill(PASSWORD);
      await page.locator('form[action$="/login"] button').click();
      await page.locator('form[data-passkey] button').click();
      await page.locator('output').getByText(profile).waitFor();
      expect(await search()).toBe('Bundle');
      const tokens = await page.evaluate(async () => {
        const { medplum } = globalThis as unknown as Page0;
        const before = medplum.getAccessToken();
        await medplum.refreshIfExpired(500_000);
        return [before, medplum.getAccessToken()];
      });
      expect(new Set(tokens).size).toBe(2);
      expect(await search()).toBe('Bundle');
      await page.evaluate(() => {
        (globalThis as unknown as Page0).medplum.signOutWithRedirect();
      });
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByText(/signed out/i).waitFor();
      const after = await fetch(`${server.origin}/fhir/AccessPolicy`, {
        headers: { authorization: `Bearer ${String(tokens[1])}` },
      });
      expect(after.status).toBe(401);
    });

    test('[R-194] TR-03161 O.Auth_4: passkey as the second factor over JSON', async () => {
      // Passkeys belong to the origin of the server: that is where a page has to be that asks for one.
      await page.route(`${server.origin}/`, (route) =>
        route.fulfill({ contentType: 'text/html', body: HTML }),
      );
      await page.route(`${server.origin}/app.js`, (route) =>
        route.fulfill({ contentType: 'text/javascript', body: app.code.text }),
      );
      await open(server.origin);
      const found = await page.evaluate(
        async ([email, password]) => {
          const { medplum } = globalThis as unknown as Page0;
          medplum.clear();
          const { login } = await medplum.startLogin({ email, password });
          const options = await medplum.post('auth/mfa/passkey-options', { login });
          const { PublicKeyCredential: api, navigator: device } = globalThis as unknown as {
            PublicKeyCredential: { parseRequestOptionsFromJSON(json: unknown): unknown };
            navigator: { credentials: { get(o: object): Promise<{ toJSON(): unknown }> } };
          };
          const credential = await device.credentials.get({
            publicKey: api.parseRequestOptionsFromJSON(options),
          });
          const { code } = await medplum.post<{ code: string }>('auth/mfa/verify', {
            login,
            passkey: credential.toJSON(),
          });
          const { resourceType, id } = await medplum.processCode(code);
          return `${resourceType}/${id}`;
        },
        [handle, PASSWORD] as const,
      );
      expect(found).toBe(profile);
      expect(await search()).toBe('Bundle');
    });
  },
);
