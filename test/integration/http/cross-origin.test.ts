import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, launchChromium, NO_CHROMIUM, type Page } from '../../support/chromium.ts';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { skipNote } from '../../support/skip-note.ts';

const suite = NO_CHROMIUM === undefined ? describe : describe.skip;

/** What a script asks for. */
interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly credentials?: 'omit';
}

/** What a script of a page got to see. */
interface Seen {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly error?: string;
}

suite(`scripts of other origins in Chromium${skipNote(NO_CHROMIUM)}`, () => {
  let server: TestServer;
  let pages: Server;
  let browser: Browser;
  let listed: Page;
  let stranger: Page;

  beforeAll(async () => {
    pages = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<title>app</title>');
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    const port = String((pages.address() as AddressInfo).port);
    server = await startTestServer({
      settings: [`http.cors.origins=https://app.example, http://localhost:${port}`],
    });
    browser = await launchChromium();
    const context = await browser.newContext();
    [listed, stranger] = [await context.newPage(), await context.newPage()];
    await listed.goto(`http://localhost:${port}/`);
    await stranger.goto(`http://127.0.0.1:${port}/`);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => pages.close(resolve));
    await server.close();
  }, 30_000);

  /** As MedplumClient calls: with credentials and its own header fields. */
  const call = (page: Page, path: string, init: Call = {}): Promise<Seen> =>
    page.evaluate(
      async ({ url, options }) => {
        try {
          const response = await fetch(url, { credentials: 'include', ...options });
          await response.text();
          const names = ['ETag', 'Location', 'Last-Modified', 'X-Request-Id', 'Content-Location'];
          const headers = Object.fromEntries(
            names.map((name) => [name, response.headers.get(name)]),
          );
          return { status: response.status, headers };
        } catch (error) {
          return { error: String(error) };
        }
      },
      { url: `${server.url}${path}`, options: init },
    );
  const medplum = (method: string, body?: object): Call => ({
    method,
    headers: {
      Authorization: `Bearer ${tokenOf('full')}`,
      Accept: 'application/fhir+json, */*; q=0.1',
      'X-Medplum': 'extended',
      ...(body === undefined
        ? {}
        : { 'Content-Type': 'application/fhir+json', Prefer: 'return=representation' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

  test('Fetch CORS protocol: a listed origin creates and reads with credentials, and sees the header fields', async () => {
    const created = await call(listed, '/fhir/R4/Patient', medplum('POST', PATIENT));
    expect(created).toMatchObject({
      status: 201,
      headers: {
        Location: expect.stringContaining('/Patient/'),
        ETag: expect.stringContaining('W/'),
        'X-Request-Id': expect.any(String),
        'Last-Modified': expect.any(String),
      },
    });
    expect(await call(listed, '/fhir/R4/Patient', medplum('GET'))).toMatchObject({ status: 200 });
  });

  test('public documents can be read with credentials by a listed origin, and without by any', async () => {
    expect(await call(listed, '/fhir/R4/metadata')).toMatchObject({ status: 200 });
    const open = { credentials: 'omit' } as const;
    expect(await call(stranger, '/fhir/R4/metadata', open)).toMatchObject({ status: 200 });
  });

  test('an origin that is not listed gets nothing to see, whatever it sends', async () => {
    expect(await call(stranger, '/fhir/R4/Patient', medplum('GET'))).toEqual({
      error: expect.stringContaining('Failed to fetch'),
    });
    expect(await call(stranger, '/fhir/R4/metadata')).toEqual({
      error: expect.stringContaining('Failed to fetch'),
    });
    expect(await call(stranger, '/auth/me')).toEqual({
      error: expect.stringContaining('Failed to fetch'),
    });
  });
});

const PATIENT = { resourceType: 'Patient', active: true };
