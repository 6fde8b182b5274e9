import type { AccessPolicy } from '@medplum/fhirtypes';
import { compilePolicy } from '../access/compile.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import { SERVER_REFERENCE } from '../identity/host.ts';
import { declaredPrincipal } from '../identity/principals.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { JsonResource } from '../storage/content.ts';
import { patchResource } from '../storage/repository/writing/write.ts';

/** Changes that the server makes to a Subscription itself. */
export type SubscriptionChange = (resource: JsonResource) => Record<string, unknown>;

/** Longest `Subscription.error` in characters. */
const MAX_REASON = 500;

/** Makes the server's own hand on Subscriptions: it may read and change them and nothing else. */
export function createSubscriptionWriter(
  store: ClinicalStore,
): (id: string, change: SubscriptionChange) => Promise<void> {
  const policy: AccessPolicy = {
    resourceType: 'AccessPolicy',
    id: 'diga-server',
    resource: [{ resourceType: 'Subscription', interaction: ['read', 'update'] }],
  };
  const principal = declaredPrincipal(
    SERVER_REFERENCE,
    'diga-server',
    compilePolicy(store.definitions, [policy], { profile: SERVER_REFERENCE }),
  );
  return async (id, change) => {
    try {
      await patchResource(
        store,
        { principal, requestId: `subscription-${id}` },
        'Subscription',
        id,
        (current) => {
          const resource = change(JSON.parse(current) as JsonResource) as JsonResource;
          return { resource, exact: resource };
        },
      );
    } catch (error) {
      // It was deleted meanwhile, which ends it as well.
      if (!isFhirError(error) || (error.status !== 404 && error.status !== 410)) throw error;
    }
  };
}

/** The Subscription that cannot be served any more, with the reason for who looks. */
export function inError(reason: string): SubscriptionChange {
  return (resource) => ({ ...resource, status: 'error', error: reason.slice(0, MAX_REASON) });
}

/** The Subscription that has come to its end. */
export function switchedOff(resource: JsonResource): Record<string, unknown> {
  return resource['status'] === 'active' ? { ...resource, status: 'off' } : resource;
}
