import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { Clock, PluginHost, RouteHandler, SignInOrigin } from '../../../src/plugin/sdk.ts';
import { isWhole } from '../clients/admin-route.ts';
import { authError } from '../errors.ts';
import type { LoginLimits } from '../logins/login-limits.ts';
import type { LoginStore } from '../logins/login-store.ts';
import type { Operator, SupportDesk } from './support-desk.ts';

export const SUPPORT_PREFIX = '/admin/support-requests';
const MAX_BYTES = 4096;

const wish = z.strictObject({
  handle: z.string().min(1).max(64),
  goal: z.enum(['unlock', 'recovery']),
  ticket: z.string().max(40),
});

export interface SupportRouteParts {
  readonly host: Pick<PluginHost, 'asCaller'>;
  readonly desk: SupportDesk;
  readonly logins: Pick<LoginStore, 'byId'>;
  readonly limits: Pick<LoginLimits, 'living'>;
  readonly clock: Clock;
}

/**
 * The support desk for administrators, in JSON: `POST …` asks (`handle`, `goal`, `ticket`), `GET …` lists what waits, and
 * `POST …/<id>/approve` and `POST …/<id>/reject` decide. Service accounts are nobody, so that two people act.
 * @see requirement R-244
 */
export function supportRoute(parts: SupportRouteParts): RouteHandler {
  return async (request, response) => {
    try {
      const { from, operator } = await caller(parts, request);
      await route(parts.desk, request, response, operator, from);
    } catch (error) {
      if (!isFhirError(error)) throw error;
      send(response, error.status, error.outcome, { ...error.headers }, 'application/fhir+json');
    }
  };
}

/** The login behind the request. @throws FhirError `AUTH_OPERATOR_DENIED`, and what the host refuses */
async function caller(
  { clock, host, limits, logins }: SupportRouteParts,
  request: IncomingMessage,
): Promise<{ readonly operator: Operator; readonly from: SignInOrigin }> {
  const { claims, network, principal, requestId } = await host.asCaller(request);
  const { loginId } = principal;
  const login = loginId === undefined ? undefined : await logins.byId(loginId);
  if (login === undefined || !limits.living(login, clock.now()) || !isWhole(claims.scope)) {
    throw authError('AUTH_OPERATOR_DENIED');
  }
  const { accountId, acr, profile } = login;
  const from = { address: '', requestId, ...(network === undefined ? {} : { network }) };
  return { operator: { accountId, acr, profile }, from };
}

async function route(
  desk: SupportDesk,
  request: IncomingMessage,
  response: ServerResponse,
  operator: Operator,
  from: SignInOrigin,
): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const [, id = '', decision] =
    /^\/admin\/support-requests\/([\da-f-]{36})\/(approve|reject)$/.exec(path) ?? [];
  if (path === SUPPORT_PREFIX && request.method === 'GET') {
    send(response, 200, { requests: await desk.open(operator) });
  } else if (path === SUPPORT_PREFIX && request.method === 'POST') {
    send(response, 201, await desk.request(operator, await wishOf(request), from));
  } else if (decision === 'approve' && request.method === 'POST') {
    send(response, 200, await desk.approve(operator, id, from));
  } else if (decision === 'reject' && request.method === 'POST') {
    await desk.reject(operator, id, from);
    send(response, 200, {});
  } else throw authError('AUTH_REQUEST_UNKNOWN');
}

/** @throws FhirError `AUTH_BODY_INVALID` */
async function wishOf(request: IncomingMessage): Promise<z.output<typeof wish>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw authError('AUTH_BODY_INVALID');
    chunks.push(chunk);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw authError('AUTH_BODY_INVALID');
  }
  const read = wish.safeParse(body);
  if (!read.success) throw authError('AUTH_BODY_INVALID');
  return read.data;
}

function send(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
  type = 'application/json',
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'Content-Type': type,
    'Content-Length': String(Buffer.byteLength(text)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(text);
}
