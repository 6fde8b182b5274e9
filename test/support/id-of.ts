import type { Json } from './fhir-client.ts';

/** The id of a resource in an answer. */
export function idOf(resource: Json): string {
  return resource['id'] as unknown as string;
}
