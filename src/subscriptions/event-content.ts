import { isBlocked } from '../access/blocked/blockers.ts';
import { searchedNames } from '../access/blocked/searched-names.ts';
import type { CompiledPolicy } from '../access/policy.ts';
import type { Principal } from '../access/principal.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { Principals } from '../identity/principals.ts';
import type { Authenticator } from '../plugin/sdk.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { JsonResource } from '../storage/content.ts';
import { isNarrowed } from '../storage/repository/shown/show.ts';
import type { ShownText } from '../storage/repository/shown/shown-text.ts';
import { type ConcernedVersion, readVersion } from '../storage/repository/reading/vread.ts';
import type { PendingEvent } from './events.ts';
import type { ActiveSubscription } from './subscription.ts';

/** What an event is about, as its owners may see it. */
export interface EventContent {
  /** JSON text of the version; of a deletion the one before it. */
  readonly text: ShownText;
  /** The version before, where there is one that the owners may see. */
  readonly previous?: JsonResource;
  /** Number of the version, by which a receiver knows the event; a name that tells nothing for who sees parts. */
  readonly versionId: string;
  /** Ids of the patients concerned, with commas between. */
  readonly patients: string;
  /** The owner under whose name the delivery is recorded. */
  readonly context: AccessContext;
}

/**
 * Why there is nothing to tell: `hidden` this time, `forbidden` ever, `blocked` because the criteria look at what an owner
 * does not see.
 */
export type Withheld = 'hidden' | 'forbidden' | 'blocked';

/** What events are read with. */
export interface EventReading {
  readonly store: ClinicalStore;
  readonly principals: Pick<Principals, 'ofReference' | 'ofToken'>;
  /** Whether a client may still act for who has let it store the Subscription. */
  readonly permits: NonNullable<Authenticator['permits']>;
}

/**
 * Reads the version of an event under the policies that its owners have now. Each reading stands on the ledger.
 * @returns `hidden` where an owner may not see this one, `forbidden` where an owner may read nothing of the type, `blocked`
 * where an owner may not ask for it by the criteria
 */
export async function readEvent(
  reading: EventReading,
  subscription: ActiveSubscription,
  event: PendingEvent,
  requestId: string,
): Promise<EventContent | Withheld> {
  const { store } = reading;
  const told = event.interaction === 'delete' ? event.version - 1 : event.version;
  let content: EventContent | undefined;
  for (const owner of subscription.owners) {
    if (!(await isPermitted(reading, owner))) return 'hidden';
    const principal = await principalOf(reading, owner);
    if (principal.policy.rules(event.type, 'read').length === 0) return 'forbidden';
    if (asksTooMuch(store, principal, subscription)) return 'blocked';
    const context = { principal: readingVersions(principal), requestId };
    const version = await visible(store, context, event, told);
    if (version === undefined) return 'hidden';
    // Of several owners who see different parts, none can be told for all.
    if (content !== undefined && content.text !== version.content) return 'hidden';
    const narrowed = isNarrowed(store, context);
    const before =
      (subscription.fhirPath === undefined && !narrowed) || event.interaction !== 'update'
        ? undefined
        : await visible(store, context, event, event.version - 1);
    // That something was changed which the owner does not see is not told either.
    if (narrowed && before?.content === version.content) return 'hidden';
    const resource = JSON.parse(version.content) as JsonResource;
    const previous =
      event.interaction === 'delete'
        ? resource
        : before === undefined
          ? undefined
          : (JSON.parse(before.content) as JsonResource);
    // Of several owners each must see the version before as well.
    const shared = content === undefined || content.previous !== undefined;
    content = {
      text: version.content,
      versionId: content?.versionId ?? eventVersion(store, context, subscription, event),
      patients: version.patients,
      context: content?.context ?? { ...context, principal },
      ...(previous === undefined || !shared ? {} : { previous }),
    };
  }
  return content ?? 'forbidden';
}

/** Each event has a name of its own, so that one that was delivered twice is known. */
function eventVersion(
  store: ClinicalStore,
  context: AccessContext,
  subscription: ActiveSubscription,
  { type, id, version }: PendingEvent,
): string {
  if (!isNarrowed(store, context)) return String(version);
  return store.viewTag(`event ${subscription.id}\n${type}/${id}\n${String(version)}`);
}

/** That something arrives tells that the criteria hold, so that they must not ask what one of the rules hides. */
function asksTooMuch(
  { definitions }: ClinicalStore,
  { policy }: Principal,
  { type, where }: ActiveSubscription,
): boolean {
  return searchedNames(where).some((name) => isBlocked(definitions, policy, type, name, 'read'));
}

async function isPermitted(
  { permits }: Pick<EventReading, 'permits'>,
  { reference, token }: ActiveSubscription['owners'][number],
): Promise<boolean> {
  return token === undefined || (await permits({ profile: reference, clientId: token.clientId }));
}

/** The principal of an owner, under the policy of this moment. */
export function principalOf(
  { principals }: Pick<EventReading, 'principals'>,
  { reference, token }: ActiveSubscription['owners'][number],
): Promise<Principal> {
  return token === undefined
    ? principals.ofReference(reference)
    : principals.ofToken({ profile: reference, ...token });
}

async function visible(
  store: ClinicalStore,
  context: AccessContext,
  { type, id }: PendingEvent,
  version: number,
): Promise<ConcernedVersion | undefined> {
  try {
    return await readVersion(store, context, type, id, version);
  } catch (error) {
    if (isFhirError(error) && error.status < 500) return undefined;
    throw error;
  }
}

/** Policies live longer than events, and what is known of them is kept with them. */
const READING = new WeakMap<CompiledPolicy, CompiledPolicy>();

/** Who may read a resource is told of each version that the policy shows; no separate right is needed for that. */
function readingVersions(principal: Principal): Principal {
  const { policy } = principal;
  const known = READING.get(policy);
  if (known !== undefined) return { ...principal, policy: known };
  const as = (interaction: Parameters<CompiledPolicy['rules']>[1]) =>
    interaction === 'vread' ? 'read' : interaction;
  const reading: CompiledPolicy = {
    rules: (type, interaction) => policy.rules(type, as(interaction)),
    where: (type, interaction) => policy.where(type, as(interaction)),
    aggregates: (type) => policy.aggregates(type),
    operation: (name) => policy.operation(name),
  };
  READING.set(policy, reading);
  return { ...principal, policy: reading };
}
