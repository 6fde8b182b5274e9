import type { OperationDefinition } from '../../plugin/sdk.ts';

/** The registered FHIR operations. */
export interface Operations {
  find(
    level: OperationDefinition['level'],
    type: string | undefined,
    name: string,
  ): OperationDefinition | undefined;
  all(): readonly OperationDefinition[];
}
