import type { FhirCall, FhirResponse } from '../request.ts';

/** Where an operation was called: nothing for the system, a type, or one resource. */
export interface OperationTarget {
  readonly type?: string;
  readonly id?: string;
}

/**
 * An operation of the host itself. It works through the repository like every interaction, so the policy of the caller
 * narrows what it sees, and it records its own accesses.
 */
export interface CoreOperation {
  /** Without the dollar sign. */
  readonly name: string;
  /** True if it can be called at the base of the server. */
  readonly system?: boolean;
  /** Resource types on which it can be called as a whole. */
  readonly types?: 'all' | readonly string[];
  /** Resource types on whose instances it can be called. */
  readonly instances?: 'all' | readonly string[];
  /** Resource types on which it cannot be called in spite of `all`. */
  readonly except?: readonly string[];
  /** True if GET is allowed: then it changes nothing. */
  readonly get?: boolean;
  /**
   * What the caller needs: `data` asks for nothing beyond what the policy allows on the data itself, `operation` needs a
   * policy that names the operation.
   */
  readonly permission: 'data' | 'operation';
  /** Canonical URL of the OperationDefinition. */
  readonly definition: string;
  /** One sentence for the CapabilityStatement. */
  readonly documentation: string;
  /** @throws FhirError */
  handle(call: FhirCall, target: OperationTarget): Promise<FhirResponse>;
}

/** True if the operation can be called there. */
export function appliesTo(operation: CoreOperation, { type, id }: OperationTarget): boolean {
  if (type === undefined) return operation.system === true;
  if (operation.except?.includes(type) === true) return false;
  const types = id === undefined ? operation.types : operation.instances;
  return types === 'all' || types?.includes(type) === true;
}
