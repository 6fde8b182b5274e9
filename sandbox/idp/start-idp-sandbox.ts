import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type Provider from 'oidc-provider';
import { clientKeyIn } from './client-key.ts';
import { faultBody, type IdpFault } from './faults.ts';
import { forgedToken } from './forged-token.ts';
import { loginPage } from './login-page.ts';
import { newSigningKey, REALM, sandboxProvider } from './sandbox-provider.ts';
import { DEFAULT_USERS, type IdpUser, LEVELS } from './users.ts';

export interface IdpSandboxOptions {
  readonly port?: number;
  readonly host?: string;
  /** Keeps the key of the client, `client-key.jwk.json`. */
  readonly dataDirectory: string;
  readonly users?: readonly IdpUser[];
  readonly clientId?: string;
  readonly redirectUris?: readonly string[];
}

/** A running identity provider. */
export interface IdpSandbox {
  readonly issuer: string;
  /** Private key (JWK) that the server under test signs in with. */
  readonly clientKeyFile: string;
  fault(fault: IdpFault | undefined): void;
  /** Signs with a new key from now on; the one before is gone. */
  rotateKeys(): Promise<void>;
  close(): Promise<void>;
}

const MAX_BODY = 8192;
/** Of a server on this machine, on any port. */
const REDIRECT_URIS = ['127.0.0.1', 'localhost'].map(
  (host) => `http://${host}/auth/external/callback/clinic`,
);

/** Starts an OpenID Provider like a clinic's Keycloak: its own acr vocabulary, people to pick, faults on demand. */
export async function startIdpSandbox(options: IdpSandboxOptions): Promise<IdpSandbox> {
  const { host = '127.0.0.1', users = DEFAULT_USERS } = options;
  const { clientKey, clientKeyFile } = await clientKeyIn(options.dataDirectory);
  let key = await newSigningKey();
  let fault: IdpFault | undefined;
  let provider: Provider | undefined;
  let origin = '';
  const make = (): Provider => {
    const made = sandboxProvider({
      origin,
      users,
      key,
      clientKey,
      clientId: options.clientId ?? 'diga-server',
      redirectUris: options.redirectUris ?? REDIRECT_URIS,
    });
    made.use(async (ctx, next) => {
      await next();
      const body = ctx.body as { id_token?: string } | undefined;
      if (fault === undefined || typeof body?.id_token !== 'string') return;
      ctx.body = { ...body, id_token: await forgedToken(body.id_token, fault, key) };
    });
    return made;
  };
  const rotateKeys = async (): Promise<void> => {
    key = await newSigningKey();
    provider = make();
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (provider === undefined) {
      response.writeHead(503).end();
      return;
    }
    const { pathname } = new URL(request.url ?? '/', origin);
    if (pathname === '/sandbox/fault' && request.method === 'POST') {
      fault = faultBody.parse(JSON.parse(await bodyOf(request))).fault ?? undefined;
      response.writeHead(204).end();
      return;
    }
    if (pathname === '/sandbox/rotate' && request.method === 'POST') {
      await rotateKeys();
      response.writeHead(204).end();
      return;
    }
    if (fault === 'down') {
      request.socket.destroy();
      return;
    }
    if (fault === 'slow') await pause(60_000, undefined, { ref: false });
    if (fault === 'endless') {
      endless(response);
      return;
    }
    if (pathname.startsWith('/sandbox/login/')) return login(provider, users, request, response);
    if (request.url === `${REALM}/.well-known/openid-configuration`)
      request.url = '/.well-known/openid-configuration';
    if (fault === 'wrong-response-issuer') foreignIssuer(response);
    await provider.callback()(request, response);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      process.stderr.write(`sandbox idp: ${String(error)}\n`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, host, resolve));
  origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  provider = make();
  return {
    issuer: `${origin}${REALM}`,
    clientKeyFile,
    fault: (next) => {
      fault = next;
    },
    rotateKeys,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function login(
  provider: Provider,
  users: readonly IdpUser[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
    response.end(loginPage(uid, users));
    return;
  }
  const form = new URLSearchParams(await bodyOf(request));
  const level = form.get('level') ?? '1';
  const accountId = form.get('user') ?? '';
  const amr = [...(Object.entries(LEVELS).find(([name]) => name === level)?.[1] ?? [])];
  await provider.interactionFinished(request, response, { login: { accountId, acr: level, amr } });
}

/** The answer of an authorization request says that it comes from somebody else (RFC 9207). */
function foreignIssuer(response: ServerResponse): void {
  const write = response.setHeader.bind(response);
  response.setHeader = (name, value) => {
    if (name.toLowerCase() !== 'location') return write(name, value);
    const url = new URL(String(value), 'http://127.0.0.1');
    if (url.searchParams.has('iss')) url.searchParams.set('iss', 'https://elsewhere.example');
    return write(name, url.searchParams.has('iss') ? url.href : value);
  };
}

/** Megabytes of an answer that never ends. */
function endless(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new TypeError('The body is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
