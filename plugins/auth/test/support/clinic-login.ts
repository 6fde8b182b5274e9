import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IdpSandbox, type IdpUser, startIdpSandbox } from '../../../../sandbox/idp/index.ts';
import type { AuthServer } from './auth-server.ts';
import { Browser } from './browser.ts';
import type { Visited } from './browser.ts';
import { type AuthorizationRequest, authorizationRequest } from './sign-in.ts';

export const STAFF_SYSTEM = 'https://clinic.example/staff';

/** An identity provider of a clinic, as a server of its own. */
export interface Clinic extends IdpSandbox {
  /** Entry of `identityProviders`. */
  config(more?: object): object;
  end(): Promise<void>;
}

export async function startClinic(id = 'clinic', users?: readonly IdpUser[]): Promise<Clinic> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'idp-'));
  const idp = await startIdpSandbox({
    dataDirectory,
    redirectUris: [`http://127.0.0.1/auth/external/callback/${id}`],
    ...(users === undefined ? {} : { users }),
  });
  return {
    ...idp,
    config: (more = {}) => ({
      id,
      label: `Login of ${id}`,
      issuer: idp.issuer,
      clientId: 'diga-server',
      clientKeyFile: idp.clientKeyFile,
      scopes: ['profile'],
      acr: { '2': 'urn:diga:acr:2fa', gold: 'urn:diga:acr:2fa-phr' },
      amr: { pwd: 'pwd', otp: 'otp', hwk: 'hwk' },
      staffClaim: { claim: 'staff_number', system: STAFF_SYSTEM },
      timeoutMs: 1000,
      ...more,
    }),
    async end() {
      await idp.close();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

/** A browser that has an app's sign-in open, and one for the pages of the clinic. */
export interface Elsewhere {
  readonly browser: Browser;
  readonly request: AuthorizationRequest;
  readonly login: Visited;
  /** What the clinic has sent the browser back with. */
  readonly answer: Visited;
}

/** Leads from the login page to the clinic and through its login, up to the answer that is not yet delivered. */
export async function signInAt(
  server: AuthServer,
  clinic: Clinic,
  person: { readonly user: string; readonly level?: string },
  more: {
    readonly browser?: Browser;
    readonly request?: AuthorizationRequest;
    readonly id?: string;
    readonly parameters?: Record<string, string>;
  } = {},
): Promise<Elsewhere> {
  const browser = more.browser ?? new Browser(server.origin);
  const request = more.request ?? authorizationRequest(server, more.parameters);
  const login = await browser.open(request.url);
  const away = await browser.open(`${login.url}/external?idp=${more.id ?? 'clinic'}`);
  const answer = await atClinic(clinic, away.url, person);
  return { browser, request, login, answer };
}

/** The pages of the clinic, in a browser of their own since they belong to another origin. */
export async function atClinic(
  clinic: Clinic,
  url: string,
  person: { readonly user: string; readonly level?: string },
): Promise<Visited> {
  const browser = new Browser(new URL(clinic.issuer).origin);
  const page = await browser.open(url);
  return browser.open(page.url, { user: person.user, level: person.level ?? '2' });
}
