import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { IndexedResource } from '../search/index-values.ts';
import type { AccessContext } from './access-context.ts';
import type { JsonResource } from './content.ts';
import type { SqlClient } from './database.ts';

/**
 * What runs around writes. A member is absent where nothing is registered, so that a write without hooks pays nothing.
 * `before…` may return another resource or veto; the others run inside the transaction and may veto.
 */
export interface WriteHooks {
  readonly beforeCreate?: (context: AccessContext, resource: JsonResource) => Promise<JsonResource>;
  readonly beforeUpdate?: (
    context: AccessContext,
    resource: JsonResource,
    previous: JsonResource,
  ) => Promise<JsonResource>;
  readonly beforeDelete?: (context: AccessContext, resource: JsonResource) => Promise<void>;
  /** What a resource that is to be stored has against the profiles that it claims. */
  readonly conform?: (resource: JsonResource) => Promise<readonly OperationOutcomeIssue[]>;
  readonly created?: (context: AccessContext, resource: JsonResource) => Promise<void>;
  readonly updated?: (
    context: AccessContext,
    resource: JsonResource,
    previous: JsonResource,
  ) => Promise<void>;
  readonly deleted?: (context: AccessContext, resource: JsonResource) => Promise<void>;
  /** Rejects resources that steer the server itself (an AccessPolicy that cannot be enforced); they are valid FHIR. */
  readonly check?: (resource: JsonResource, context: AccessContext) => void;
  /** Rows for the outbox that belong to the write, stored in the same transaction. */
  readonly outbox?: (events: readonly WriteEvent[]) => readonly OutboxRow[];
  /** Stores them. */
  readonly enqueue?: (tx: SqlClient, rows: readonly OutboxRow[]) => Promise<void>;
  /** Removes what is kept about resources that are removed for good, as `Type/id`, in the same transaction. */
  readonly expunged?: (tx: SqlClient, keys: readonly string[]) => Promise<void>;
  /** Told after the commit. */
  readonly committed?: (events: readonly WriteEvent[]) => void;
}

/** A write as the outbox sees it. */
export interface WriteEvent {
  readonly interaction: 'create' | 'update' | 'delete';
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** The new version; for a delete the last one. */
  readonly resource: JsonResource;
  readonly values: IndexedResource;
}

/** What a write starts: a run of a bot, or a delivery to a Subscription. */
export type OutboxRow =
  | { readonly kind: 'bot'; readonly bot: string; readonly input: unknown }
  | {
      readonly kind: 'subscription';
      readonly subscription: string;
      readonly event: Pick<WriteEvent, 'interaction' | 'type' | 'id' | 'version'>;
    };
