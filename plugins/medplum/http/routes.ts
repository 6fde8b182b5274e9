import type { IncomingMessage, ServerResponse } from 'node:http';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { AuthEndpoints, PluginHost } from '../../../src/plugin/sdk.ts';
import { medplumError } from '../errors.ts';
import type { JsonAnswer, JsonRoute } from './exchange.ts';
import { readJson } from './read-json.ts';

/**
 * Puts endpoints on the server. Each answers with JSON, and each failure is an OperationOutcome, as MedplumClient reads it.
 */
export function addRoutes(
  host: Pick<PluginHost, 'route' | 'log'>,
  endpoints: Pick<AuthEndpoints, 'limited' | 'originOf'>,
  routes: readonly JsonRoute[],
): void {
  const byPrefix = new Map<string, JsonRoute[]>();
  for (const route of routes) {
    const prefix = route.path.split('/:', 1)[0] ?? route.path;
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), route]);
  }
  for (const [prefix, group] of byPrefix) {
    // Within a prefix of the plugin the longest one is asked, so it has to know what the shorter ones would answer.
    const covering = routes.filter(({ path }) => prefix.startsWith(`${path.split('/:', 1)[0]}/`));
    const all = [...group, ...covering];
    const answering = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      try {
        send(response, await answer(all, endpoints, request));
      } catch (error) {
        if (!isFhirError(error)) throw error;
        if (error.status >= 500) host.log.error({ err: error }, 'medplum.request.failed');
        send(response, failure(error));
      }
    };
    host.route(prefix, endpoints.limited(answering));
  }
}

async function answer(
  routes: readonly JsonRoute[],
  endpoints: Pick<AuthEndpoints, 'originOf'>,
  request: IncomingMessage,
): Promise<JsonAnswer> {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const found = routes.flatMap((route) => {
    const parameters = match(route.path, path);
    return parameters === undefined ? [] : [{ route, parameters }];
  });
  if (found.length === 0) throw medplumError('MEDPLUM_UNKNOWN');
  const hit = found.find(({ route }) => route.method === request.method);
  if (hit === undefined) {
    const allow = found.map(({ route }) => route.method).join(', ');
    throw medplumError('MEDPLUM_METHOD', {}, { headers: { Allow: allow } });
  }
  const body = hit.route.method === 'POST' ? await readJson(request) : undefined;
  const origin = endpoints.originOf(request);
  return hit.route.handle({ request, parameters: hit.parameters, origin, body });
}

/** Parts of a path by the names that a pattern gives them; undefined where the path is another one. */
function match(pattern: string, path: string): Record<string, string> | undefined {
  const names = pattern.split('/');
  const parts = path.split('/');
  if (names.length !== parts.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [i, name] of names.entries()) {
    const part = parts[i] ?? '';
    if (!name.startsWith(':')) {
      if (name !== part) return undefined;
    } else if (/^[A-Za-z0-9._-]{1,200}$/.test(part)) {
      parameters[name.slice(1)] = part;
    } else {
      return undefined;
    }
  }
  return parameters;
}

function failure(error: {
  readonly status: number;
  readonly outcome: object;
  readonly retryAfter: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
}): JsonAnswer {
  const { status, outcome, retryAfter, headers } = error;
  const retry = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  return { status, body: outcome, headers: { ...headers, ...retry } };
}

function send(response: ServerResponse, { status = 200, body, headers = {} }: JsonAnswer): void {
  const text = JSON.stringify(body);
  const type = 'resourceType' in body ? 'application/fhir+json' : 'application/json';
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
    'Content-Length': String(Buffer.byteLength(text)),
  });
  response.end(text);
}
