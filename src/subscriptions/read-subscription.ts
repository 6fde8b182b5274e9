import { parseFhirPath } from '@medplum/core';
import type { Definitions } from '../definitions/model.ts';
import type { JsonResource } from '../storage/content.ts';
import type { WriteEvent } from '../storage/write-hooks.ts';
import type { Destinations } from './destinations.ts';
import { EXTENSIONS, extensionValues } from './extensions.ts';
import { invalidSubscription } from './invalid.ts';
import { ownersOf } from './owners.ts';
import { readCriteria } from './read-criteria.ts';
import { readHeaders } from './read-headers.ts';
import type { ActiveSubscription, SubscriptionChannel } from './subscription.ts';
import { readSuccessCodes } from './success-codes.ts';

/** What a Subscription is read against. */
export interface SubscriptionSurroundings {
  readonly definitions: Definitions;
  readonly baseUrls: readonly string[];
  readonly destinations: Destinations;
}

/** Attempts where the Subscription names no number: with doubling pauses they cover some seven hours. */
const ATTEMPTS = 18;

const INTERACTIONS: readonly WriteEvent['interaction'][] = ['create', 'update', 'delete'];

/** Longest FHIRPath in characters. */
const MAX_PATH = 2_000;

/**
 * Reads a Subscription whole, so that what is stored as active can be served.
 * @throws FhirError `SUBSCRIPTION_INVALID`
 * @see https://hl7.org/fhir/R4/subscription.html
 */
export function readSubscription(
  surroundings: SubscriptionSurroundings,
  resource: JsonResource,
): ActiveSubscription {
  const { definitions, baseUrls } = surroundings;
  const fhirPath = single(resource, 'fhirPath', (value) => {
    return typeof value === 'string' && value.length <= MAX_PATH && isFhirPath(value)
      ? value
      : undefined;
  });
  const maxAttempts = single(resource, 'maxAttempts', (value) =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 18
      ? (value as number)
      : undefined,
  );
  if (extensionValues(resource, EXTENSIONS.preCommitBot).includes(true))
    throw invalidSubscription('bots before the commit are not supported', '.extension');
  const { end } = resource;
  return {
    id: resource.id ?? 'new',
    owners: ownersOf(resource),
    ...readCriteria(definitions, resource['criteria'], baseUrls),
    interactions: readInteractions(resource),
    ...(fhirPath === undefined ? {} : { fhirPath }),
    ...(typeof end === 'string' ? { end: Date.parse(end) } : {}),
    maxAttempts: maxAttempts ?? ATTEMPTS,
    channel: readChannel(surroundings, resource),
  };
}

/** True for a text with the grammar of FHIRPath; what it means shows when it is evaluated. */
function isFhirPath(text: string): boolean {
  try {
    parseFhirPath(text);
    return true;
  } catch {
    return false;
  }
}

function readInteractions(resource: JsonResource): ReadonlySet<WriteEvent['interaction']> {
  const named = extensionValues(resource, EXTENSIONS.interaction);
  const known = INTERACTIONS.filter((interaction) => named.includes(interaction));
  if (new Set(named).size !== known.length)
    throw invalidSubscription('an interaction is create, update or delete', '.extension');
  return new Set(known.length === 0 ? INTERACTIONS : known);
}

function readChannel(
  { destinations }: SubscriptionSurroundings,
  resource: JsonResource,
): SubscriptionChannel {
  const channel = (resource['channel'] ?? {}) as Readonly<Record<string, unknown>>;
  const { type, endpoint } = channel;
  const payload = readPayload(channel['payload']);
  // Medplum's clients name no payload for a WebSocket and get the resource.
  if (type === 'websocket') return { kind: 'websocket', payload: payload ?? true };
  if (type !== 'rest-hook')
    throw invalidSubscription('channel.type is rest-hook or websocket', '.channel.type');
  const bad = (reason: string) => invalidSubscription(reason, '.channel.endpoint');
  if (typeof endpoint !== 'string' || endpoint.length > 2_000) throw bad('there is no endpoint');
  const bot = /^Bot\/([A-Za-z0-9\-.]{1,64})$/.exec(endpoint)?.[1];
  if (bot !== undefined) return { kind: 'bot', bot };
  if (!URL.canParse(endpoint)) throw bad('the endpoint is neither a URL nor Bot/<name>');
  const url = new URL(endpoint);
  const refusal = destinations.refusal(url);
  if (refusal !== undefined) throw bad(refusal);
  const headers = readHeaders(channel['header']);
  if (headers === undefined)
    throw invalidSubscription(
      'a header is "Name: value" and not one that the server sets',
      '.channel.header',
    );
  const secret = single(resource, 'secret', (value) =>
    typeof value === 'string' && value !== '' && value.length <= 1_000 ? value : undefined,
  );
  const codes = single(resource, 'successCodes', (value) =>
    typeof value === 'string' ? readSuccessCodes(value) : undefined,
  );
  return {
    kind: 'rest-hook',
    url,
    headers,
    payload: payload ?? false,
    isSuccess: codes ?? ((status) => status >= 200 && status < 300),
    ...(secret === undefined ? {} : { secret }),
  };
}

function readPayload(payload: unknown): boolean | undefined {
  if (payload === undefined) return undefined;
  const type = typeof payload === 'string' ? payload.split(';', 1)[0]?.trim() : '';
  if (type === 'application/fhir+json' || type === 'application/json') return true;
  throw invalidSubscription('payload is application/fhir+json or absent', '.channel.payload');
}

function single<T>(
  resource: JsonResource,
  name: 'fhirPath' | 'maxAttempts' | 'secret' | 'successCodes',
  read: (value: unknown) => T | undefined,
): T | undefined {
  const [value, ...more] = extensionValues(resource, EXTENSIONS[name]);
  if (value === undefined && more.length === 0) return undefined;
  const result = more.length === 0 ? read(value) : undefined;
  if (result !== undefined) return result;
  throw invalidSubscription(`the extension ${EXTENSIONS[name]} cannot be read`, '.extension');
}
