import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { requestToken } from '../../../plugins/auth/clients/request-token.ts';
import type { JWK } from 'jose';
import type { Page } from '../../support/chromium.ts';
import { fhirClient } from '../../support/fhir-client.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../../support/server.ts';

/** The product's own plugins. */
const PLUGINS = join(import.meta.dirname, '../../../plugins');
/** Those that need stand-ins of the outside world and say nothing about the console. */
const OTHERS = ['gkv', 'research', 'support'];

export const PASSWORD = 'drei Wolken ueber dem Moor und ein Boot';

/** Starts the product with its real sign-in. Passkeys want a name, so its origin is `localhost`. */
export async function startProduct(
  options: TestServerOptions = {},
): Promise<TestServer & { readonly origin: string }> {
  const port = await freePort();
  const origin = `http://localhost:${String(port)}`;
  const server = await startTestServer({
    plugins: PLUGINS,
    ...options,
    settings: [
      `http.port=${String(port)}`,
      `http.origin=${origin}`,
      ...OTHERS.map((name) => `plugins.${name}.enabled=false`),
      ...(options.settings ?? []),
    ],
  });
  return { ...server, origin };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Access token of a service account of the sandbox. */
export async function sandboxToken(server: TestServer, role: string): Promise<string> {
  const file = join(server.config.dataDirectory, `plugins/auth/sandbox-${role}.jwk.json`);
  const key = JSON.parse(await readFile(file, 'utf8')) as JWK;
  return requestToken(server.url, `sandbox-${role}`, key, { now: () => Date.now() });
}

const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';

/** Makes the policy `bot-operator`: no shipped one lets anybody run bots or give them code. */
export async function addBotPolicy(server: TestServer): Promise<void> {
  const full = fhirClient(`${server.url}/fhir`, await sandboxToken(server, 'full'));
  const { status, text } = await full.put('AccessPolicy/bot-operator', {
    resourceType: 'AccessPolicy',
    id: 'bot-operator',
    name: 'Runs bots',
    extension: ['execute', 'deploy', 'runs'].map((valueCode) => ({ url: OPERATION, valueCode })),
    resource: [{ resourceType: 'Bot' }],
  });
  if (status !== 201) throw new TypeError(text);
}

/** Invites a Practitioner with policies, as an admin does, and answers with the link. */
export async function inviteStaff(
  server: TestServer,
  policies: readonly string[],
  admin = true,
): Promise<{ readonly link: string; readonly profile: string }> {
  const token = await sandboxToken(server, 'admin');
  // Who invites bears the mark of an admin.
  const fhir = fhirClient(`${server.url}/fhir`, token);
  const membership = (await fhir.get('ProjectMembership/sandbox-admin')).json<object>();
  await fhir.put('ProjectMembership/sandbox-admin', { ...membership, admin: true });
  const response = await fetch(`${server.url}/admin/projects/default/invite`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      resourceType: 'Practitioner',
      firstName: 'Alex',
      lastName: 'Beispiel',
      membership: {
        admin,
        access: policies.map((id) => ({ policy: { reference: `AccessPolicy/${id}` } })),
      },
    }),
  });
  const text = await response.text();
  const link = /http:\/\/[^"]*\/auth\/invitation\/[\w-]+/.exec(text)?.[0];
  if (link === undefined) throw new TypeError(`No invitation: ${response.status} ${text}`);
  const { profile } = JSON.parse(text) as { readonly profile: { readonly reference: string } };
  return { link, profile: profile.reference };
}

/** Sets an account up by its invitation, with the passkey that is plugged in. @returns the handle */
export async function acceptInvitation(page: Page, link: string): Promise<string> {
  await page.goto(link);
  const handle = await page.locator('#handle').inputValue();
  await page.locator('#kept').check();
  await page.locator('#password').fill(PASSWORD);
  await page.locator('main button[type=submit]').click();
  await page.locator('#codes-kept').check();
  await page.locator('main button[type=submit]').click();
  return handle;
}

/** The same with an authenticator app, for who is no admin. @returns the handle and the secret of the app */
export async function acceptWithCode(
  page: Page,
  link: string,
): Promise<{ readonly handle: string; readonly secret: string }> {
  await page.goto(link);
  const handle = await page.locator('#handle').inputValue();
  const shown = await page.locator('main p > code').first().textContent();
  const secret = (shown ?? '').replaceAll(' ', '');
  await page.locator('#kept').check();
  await page.locator('#password').fill(PASSWORD);
  const code = codeAt(secret, Date.now());
  lastCode = code;
  await page.locator('#code').fill(code);
  await page.locator('main button[type=submit]').click();
  await page.locator('#codes-kept').check();
  await page.locator('main button[type=submit]').click();
  return { handle, secret };
}

let lastCode = '';

/** A code that was not used yet: each serves once, so this may be the next. */
export function oneTimeCode(secret: string): string {
  // The code of the next half minute is taken as well: clocks of phones go wrong.
  const now = codeAt(secret, Date.now());
  lastCode = now === lastCode ? codeAt(secret, Date.now() + 30_000) : now;
  return lastCode;
}

function codeAt(secret: string, timestamp: number): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA256' });
  return totp.generate({ timestamp });
}

/** From the sign-in page, which is open, back to the console. */
export async function signInWithPasskey(page: Page, handle: string): Promise<void> {
  await page.locator('#handle').fill(handle);
  await page.locator('#password').fill(PASSWORD);
  await page.locator('form[action$="/login"] button').click();
  await page.locator('form[data-passkey] button').click();
  await page.getByRole('navigation').waitFor();
}
