import type { IncomingMessage, ServerResponse } from 'node:http';
import { CompactSign, importJWK } from 'jose';
import type { JWK } from 'jose';
import { isAboutResources, isFhirError, smartScope } from '../../../src/plugin/sdk.ts';
import type { PluginHost, RouteCaller, RouteHandler } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import { acrMeets, TWO_FACTOR_ACR } from '../security/assurance.ts';
import type { ClientStore } from './client-store.ts';
import { reportMarkdown, type ServiceAccountReport } from './service-account-report.ts';

export const SERVICE_ACCOUNTS_PREFIX = '/admin/service-accounts';

export interface AdminRouteParts {
  readonly host: Pick<PluginHost, 'asCaller' | 'audit' | 'log'>;
  readonly clients: ClientStore;
  readonly report: () => Promise<ServiceAccountReport>;
  /** Private key that reports are signed with. */
  readonly signingKey: () => JWK;
  readonly adminPolicies: readonly string[];
}

/**
 * Inventory of the service accounts for admins: JSON, a table (`text/markdown`), or a signed export (`application/jose`);
 * `POST …/<client>/enable` switches an account on again. Both demand two factors and a policy of admins.
 * @see requirement R-154
 */
export function serviceAccountRoute(parts: AdminRouteParts): RouteHandler {
  return async (request, response) => {
    try {
      const caller = await admin(parts, request);
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      const [, client] =
        /^\/admin\/service-accounts\/([a-z][a-z0-9-]{2,63})\/enable$/.exec(path) ?? [];
      if (client !== undefined && request.method === 'POST')
        await enable(parts, caller, client, response);
      else if (path === SERVICE_ACCOUNTS_PREFIX && request.method === 'GET')
        await show(parts, caller, request.headers.accept ?? '', response);
      else throw authError('AUTH_SERVICE_ACCOUNT_UNKNOWN');
    } catch (error) {
      if (!isFhirError(error)) throw error;
      send(
        response,
        error.status,
        'application/fhir+json',
        JSON.stringify(error.outcome),
        error.headers,
      );
    }
  };
}

/** @throws FhirError `AUTH_ADMIN_NEEDED`, and what the host refuses */
async function admin(
  { adminPolicies, host }: AdminRouteParts,
  request: IncomingMessage,
): Promise<RouteCaller> {
  const caller = await host.asCaller(request);
  const { acr = '', roles } = caller.principal;
  const isAdmin = roles.some((role) => adminPolicies.includes(role));
  if (isAdmin && acrMeets(acr, TWO_FACTOR_ACR) && isWhole(caller.claims.scope)) return caller;
  await host.audit({
    ...byCaller(caller),
    outcome: 'minor',
    description: 'The inventory of service accounts was refused',
  });
  throw authError('AUTH_ADMIN_NEEDED');
}

/**
 * True for a token that has the whole policy of its identity: no scope about resources narrows it, or one covers all of
 * them. The inventory is no resource, so that no narrower scope is about it.
 */
export function isWhole(scope: string): boolean {
  const given = scope.split(' ').filter(isAboutResources);
  return given.length === 0 || given.some(coversAll);
}

function coversAll(scope: string): boolean {
  const read = smartScope(scope);
  return (
    read?.type === '*' &&
    read.letters === 'cruds' &&
    read.search.length === 0 &&
    read.context !== 'patient'
  );
}

async function show(
  { host, report, signingKey }: AdminRouteParts,
  caller: RouteCaller,
  accept: string,
  response: ServerResponse,
): Promise<void> {
  const found = await report();
  await host.audit({
    ...byCaller(caller),
    outcome: 'success',
    description: 'The inventory of service accounts was read',
  });
  if (accept.includes('application/jose')) {
    const key = signingKey();
    const alg = key.alg ?? 'ES256';
    const signed = await new CompactSign(Buffer.from(JSON.stringify(found)))
      .setProtectedHeader({ alg, ...(key.kid === undefined ? {} : { kid: key.kid }), cty: 'json' })
      .sign(await importJWK(key, alg));
    send(response, 200, 'application/jose', signed);
  } else if (accept.includes('text/markdown')) {
    send(response, 200, 'text/markdown; charset=utf-8', reportMarkdown(found));
  } else send(response, 200, 'application/json', JSON.stringify(found));
}

async function enable(
  { clients, host }: AdminRouteParts,
  caller: RouteCaller,
  client: string,
  response: ServerResponse,
): Promise<void> {
  await host.audit({
    ...byCaller(caller),
    outcome: 'success',
    clientId: client,
    description: `Service account ${client} is to be switched on again`,
  });
  if (!(await clients.enable(client))) throw authError('AUTH_SERVICE_ACCOUNT_UNKNOWN');
  send(response, 204, 'application/json', '');
}

function byCaller({ claims, network, principal, requestId }: RouteCaller) {
  return {
    type: '110113',
    subtype: '110137',
    agent: principal.reference,
    roles: principal.roles.join(' '),
    tokenId: claims.tokenId,
    requestId,
    ...(network === undefined ? {} : { network }),
  } as const;
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...headers,
    'Content-Type': type,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}
