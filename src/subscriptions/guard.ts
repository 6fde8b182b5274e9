import { isDeepStrictEqual } from 'node:util';
import { SERVER_REFERENCE } from '../identity/host.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { JsonResource } from '../storage/content.ts';
import { EXTENSIONS, extensionsOf } from './extensions.ts';
import { claimsOf } from '../access/principal.ts';
import { nextOwners, ownerExtension, ownersOf } from './owners.ts';

/** Longest life of a Subscription over a WebSocket, in milliseconds: its client asks for a token again before. */
export const SOCKET_LIFE = 24 * 3_600_000;

/** Elements that say nothing about what is sent or where to. */
const BESIDE: ReadonlySet<string> = new Set([
  'meta',
  'status',
  'error',
  'end',
  'reason',
  'text',
  'contact',
]);

/**
 * The Subscription to store: `requested` becomes `active`, since what cannot be served is refused at once; the owners are
 * set by the server alone; one over a WebSocket gets an end, for its client will not come back to remove it.
 * @param now milliseconds since 1970
 * @see https://hl7.org/fhir/R4/subscription.html#6.4.3
 */
export function guardSubscription(
  { principal }: Pick<AccessContext, 'principal'>,
  now: number,
  resource: JsonResource,
  previous?: JsonResource,
): JsonResource {
  if (resource.resourceType !== 'Subscription' || principal.reference === SERVER_REFERENCE)
    return resource;
  const changed = previous === undefined || !isDeepStrictEqual(core(resource), core(previous));
  const owners = nextOwners(
    previous === undefined ? [] : ownersOf(previous),
    claimsOf(principal),
    changed,
  );
  const { error, ...rest } = withoutOwners(resource);
  const active = rest['status'] === 'requested' || rest['status'] === 'active';
  const { type } = (rest['channel'] ?? {}) as { readonly type?: unknown };
  return {
    ...rest,
    ...(active ? { status: 'active' } : error === undefined ? {} : { error }),
    ...(active && type === 'websocket' ? { end: socketEnd(rest['end'], now) } : {}),
    extension: [...extensionsOf(rest), ...owners.map(ownerExtension)],
  } as unknown as JsonResource;
}

function socketEnd(end: unknown, now: number): string {
  const latest = now + SOCKET_LIFE;
  const wanted = typeof end === 'string' ? Date.parse(end) : Number.NaN;
  return new Date(wanted < latest ? wanted : latest).toISOString();
}

function withoutOwners(resource: JsonResource): Record<string, unknown> {
  const { extension: _extension, ...rest } = resource;
  const kept = extensionsOf(resource).filter(({ url }) => url !== EXTENSIONS.owner);
  return kept.length === 0 ? rest : { ...rest, extension: kept };
}

function core(resource: JsonResource): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(withoutOwners(resource)).filter(([name]) => !BESIDE.has(name)),
  );
}
