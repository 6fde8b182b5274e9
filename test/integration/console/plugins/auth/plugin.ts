import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AuthEndpoints,
  definePlugin,
  type PluginHost,
  type TokenClaims,
} from '../../../../../src/plugin/sdk.ts';
import { control } from '../../sign-in-control.ts';

/**
 * A sign-in without pages: it issues a code at once, for whom the test names. It enforces PKCE and rotation as the real one
 * does, and takes `test.<Type>.<id>` for a token as well, so that tests can prepare data.
 */
export default definePlugin({
  name: 'auth',
  version: '1.0.0',
  sdk: '^0.1.0',
  accessPolicy: {
    resource: [
      { resourceType: 'Practitioner' },
      { resourceType: 'ClientApplication' },
      { resourceType: 'ProjectMembership' },
    ],
  },
  async register(host) {
    const codes = new Map<string, string>();
    const refreshTokens = new Set<string>();
    const tokens = new Map<string, TokenClaims>();
    const source: { find?: Parameters<AuthEndpoints['addClients']>[0] } = {};
    host.provide('endpoints', {
      addClients: (find: Parameters<AuthEndpoints['addClients']>[0]) => {
        source.find = find;
      },
    });
    host.authenticator({
      verify: (token) => Promise.resolve(tokens.get(token) ?? prepared(token)),
    });
    host.route('/oauth2/authorize', async (request, response) => {
      const asked = new URL(request.url ?? '', host.origin).searchParams;
      control.authorizations.push(asked);
      const code = randomUUID();
      codes.set(code, asked.get('code_challenge') ?? '');
      const redirectUri = asked.get('redirect_uri') ?? '';
      const client = await source.find?.(asked.get('client_id') ?? '');
      if (client?.redirectUris.includes(redirectUri) !== true) {
        response.writeHead(400).end('redirect_uri');
        return;
      }
      const answer = new URLSearchParams({
        code,
        state: asked.get('state') ?? '',
        iss: host.origin,
      });
      response.writeHead(303, { Location: `${redirectUri}?${answer}` }).end();
    });
    host.route('/auth/me', (_request, response) => {
      answer(response, control.me === undefined ? 404 : 200, control.me ?? {});
    });
    host.route('/oauth2/logout', (_request, response) => {
      control.calls.push('logout');
      response.writeHead(204).end();
    });
    host.route('/oauth2/token', async (request, response) => {
      const form = new URLSearchParams(await bodyOf(request));
      control.calls.push(form.get('grant_type') ?? '');
      const refresh = form.get('refresh_token');
      const verifier = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const proven = refresh === null && codes.get(form.get('code') ?? '') === verifier;
      codes.delete(form.get('code') ?? '');
      if (refresh !== null && !refreshTokens.has(refresh)) control.reused += 1;
      const renewed = refresh !== null && refreshTokens.delete(refresh) && !control.refuseRefresh;
      if (!proven && !renewed) {
        answer(response, 400, { error: 'invalid_grant' });
        return;
      }
      const next = randomUUID();
      refreshTokens.add(next);
      answer(response, 200, {
        access_token: issue(host, tokens),
        refresh_token: next,
        token_type: 'Bearer',
      });
    });
    await host.repository.update({ resourceType: 'ClientApplication', id: 'full', name: 'Test' });
    await host.repository.update({ resourceType: 'Practitioner', id: 'admin', active: true });
    for (const [id, profile, policies] of [
      ['full', 'ClientApplication/full', ['full']],
      ['admin', 'Practitioner/admin', ['admin']],
    ] as const) {
      await host.repository.update({
        resourceType: 'ProjectMembership',
        id,
        project: { reference: 'Project/test' },
        user: { reference: `User/${id}` },
        profile: { reference: profile },
        access: policies.map((policy) => ({ policy: { reference: `AccessPolicy/${policy}` } })),
      });
    }
  },
});

function prepared(token: string): TokenClaims | undefined {
  const [, type, id] = /^test\.([A-Za-z]+)\.([A-Za-z0-9-]+)/.exec(token) ?? [];
  if (type === undefined || id === undefined) return undefined;
  return claims(`${type}/${id}`, Date.now() / 1000 + 300, 'urn:diga:acr:2fa');
}

function claims(profile: string, expiresAt: number, acr: string): TokenClaims {
  const scope = 'openid fhirUser user/*.cruds';
  return {
    profile,
    subject: profile,
    clientId: 'console',
    tokenId: randomUUID(),
    expiresAt,
    scope,
    acr,
  };
}

function issue(host: PluginHost, tokens: Map<string, TokenClaims>): string {
  const { profile, acr, seconds } = control;
  const now = Math.floor(host.clock.now() / 1000);
  const said = {
    profile,
    acr,
    exp: now + seconds,
    auth_time: now,
    amr: ['pwd', 'hwk'],
    jti: randomUUID(),
  };
  const token = `e30.${Buffer.from(JSON.stringify(said)).toString('base64url')}.signature`;
  tokens.set(token, claims(profile, said.exp, acr));
  return token;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
