import type { Meta } from '@medplum/fhirtypes';

/** A resource as JSON values. */
export interface JsonResource {
  readonly resourceType: string;
  readonly id?: string;
  readonly meta?: Meta;
  readonly [key: string]: unknown;
}

/** The text that is stored and sent: the resource with id, version and instant of change, which only the server sets. */
export function storedContent(
  resource: JsonResource,
  id: string,
  version: number,
  lastUpdated: string,
): string {
  const { resourceType, id: _id, meta, ...rest } = resource;
  return JSON.stringify({
    resourceType,
    id,
    meta: { ...meta, versionId: String(version), lastUpdated },
    ...rest,
  });
}
