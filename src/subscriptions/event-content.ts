import type { CompiledPolicy } from '../access/policy.ts';
import type { Principal } from '../access/principal.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { Principals } from '../identity/principals.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { JsonResource } from '../storage/content.ts';
import { readVersion } from '../storage/repository/vread.ts';
import type { PendingEvent } from './events.ts';
import type { ActiveSubscription } from './subscription.ts';

/** What an event is about, as its owners may see it. */
export interface EventContent {
  /** JSON text of the version; of a deletion the one before it. */
  readonly text: string;
  /** The version before, where there is one that the owners may see. */
  readonly previous?: JsonResource;
  /** Ids of the patients concerned, with commas between. */
  readonly patients: string;
  /** The owner under whose name the delivery is recorded. */
  readonly context: AccessContext;
}

/** Why there is nothing to tell. */
export type Withheld = 'hidden' | 'forbidden';

/** What events are read with. */
export interface EventReading {
  readonly store: ClinicalStore;
  readonly principals: Pick<Principals, 'ofReference' | 'ofToken'>;
}

/**
 * Reads the version of an event under the policies that its owners have now. Each reading stands on the ledger.
 * @returns `hidden` where an owner may not see this one, `forbidden` where an owner may read nothing of the type
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
    const principal = await principalOf(reading, owner);
    if (principal.policy.rules(event.type, 'read').length === 0) return 'forbidden';
    const context = { principal: readingVersions(principal), requestId };
    const version = await visible(store, context, event, told);
    if (version === undefined) return 'hidden';
    const before =
      subscription.fhirPath === undefined || event.interaction !== 'update'
        ? undefined
        : await visible(store, context, event, event.version - 1);
    const resource = JSON.parse(version) as JsonResource;
    const previous =
      event.interaction === 'delete'
        ? resource
        : before === undefined
          ? undefined
          : (JSON.parse(before) as JsonResource);
    // Of several owners each must see the version before as well.
    const shared = content === undefined || content.previous !== undefined;
    content = {
      text: version,
      patients: store.extractor.extract(resource).patients.join(','),
      context: content?.context ?? { ...context, principal },
      ...(previous === undefined || !shared ? {} : { previous }),
    };
  }
  return content ?? 'forbidden';
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
): Promise<string | undefined> {
  try {
    return (await readVersion(store, context, type, id, version)).content;
  } catch (error) {
    if (isFhirError(error) && error.status < 500) return undefined;
    throw error;
  }
}

/** Who may read a resource is told of each version that the policy shows; no separate right is needed for that. */
function readingVersions(principal: Principal): Principal {
  const { policy } = principal;
  const as = (interaction: Parameters<CompiledPolicy['rules']>[1]) =>
    interaction === 'vread' ? 'read' : interaction;
  return {
    ...principal,
    policy: {
      rules: (type, interaction) => policy.rules(type, as(interaction)),
      where: (type, interaction) => policy.where(type, as(interaction)),
      operation: (name) => policy.operation(name),
    },
  };
}
