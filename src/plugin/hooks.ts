import type { CapabilityStatement, Resource } from '@medplum/fhirtypes';
import type { Principal } from '../access/principal.ts';

/** What every hook is told about the request it runs in. */
export interface HookContext {
  readonly requestId: string;
  readonly principal: Principal;
  /** The interaction, such as `create`; empty where it is not chosen yet. */
  readonly interaction: string;
}

/**
 * Hooks of the host, under the names of HAPI's Pointcuts. Hooks run one after the other: plugins in the order of their
 * dependencies, then in the order of registration. A hook that throws a FhirError vetoes the request with it.
 * @see https://hapifhir.io/hapi-fhir/docs/interceptors/server_pointcuts.html
 */
export interface HostHooks {
  /** After authentication, before the interaction is chosen. May veto. */
  SERVER_INCOMING_REQUEST_POST_PROCESSED(context: HookContext): Promise<void> | void;
  /** Before a resource is validated and stored; returns the resource to store (the same, or a changed copy). */
  STORAGE_PRESTORAGE_RESOURCE_CREATED(
    context: HookContext,
    resource: Resource,
  ): Promise<Resource> | Resource;
  /** As with create; `previous` is the stored version. */
  STORAGE_PRESTORAGE_RESOURCE_UPDATED(
    context: HookContext,
    resource: Resource,
    previous: Resource,
  ): Promise<Resource> | Resource;
  /** Before a delete. May veto. */
  STORAGE_PRESTORAGE_RESOURCE_DELETED(
    context: HookContext,
    resource: Resource,
  ): Promise<void> | void;
  /** Inside the transaction of the write, after the row is written. May veto; must not change the resource. */
  STORAGE_PRECOMMIT_RESOURCE_CREATED(
    context: HookContext,
    resource: Resource,
  ): Promise<void> | void;
  STORAGE_PRECOMMIT_RESOURCE_UPDATED(
    context: HookContext,
    resource: Resource,
    previous: Resource,
  ): Promise<void> | void;
  STORAGE_PRECOMMIT_RESOURCE_DELETED(
    context: HookContext,
    resource: Resource,
  ): Promise<void> | void;
  /** The CapabilityStatement was built; returns the one to publish. */
  SERVER_CAPABILITY_STATEMENT_GENERATED(
    statement: CapabilityStatement,
  ): Promise<CapabilityStatement> | CapabilityStatement;
  /** After the response was sent. Cannot change anything; a failure is logged. */
  SERVER_PROCESSING_COMPLETED(context: HookContext, status: number): Promise<void> | void;
}

/** Name of a hook. */
export type HookName = keyof HostHooks;

/** All hook names, for the refusal of unknown ones and for `docs/hooks.md`. */
export const HOOK_NAMES = [
  'SERVER_INCOMING_REQUEST_POST_PROCESSED',
  'STORAGE_PRESTORAGE_RESOURCE_CREATED',
  'STORAGE_PRESTORAGE_RESOURCE_UPDATED',
  'STORAGE_PRESTORAGE_RESOURCE_DELETED',
  'STORAGE_PRECOMMIT_RESOURCE_CREATED',
  'STORAGE_PRECOMMIT_RESOURCE_UPDATED',
  'STORAGE_PRECOMMIT_RESOURCE_DELETED',
  'SERVER_CAPABILITY_STATEMENT_GENERATED',
  'SERVER_PROCESSING_COMPLETED',
] as const satisfies readonly HookName[];
