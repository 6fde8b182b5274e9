import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';

/** A transaction of the entries. */
export function transaction(entry: BundleEntry[]): Bundle {
  return { resourceType: 'Bundle', type: 'transaction', entry };
}

/**
 * Entry that creates a resource.
 * @param fullUrl placeholder under which other entries refer to it
 */
export function create(resource: Resource, fullUrl?: string): BundleEntry {
  return {
    ...(fullUrl === undefined ? {} : { fullUrl }),
    resource,
    request: { method: 'POST', url: resource.resourceType },
  };
}

/** Placeholder of an entry of a patient's record: the same in every run. */
export function placeholder(patient: number, entry: number): string {
  const digits = (patient * 1000 + entry).toString(16).padStart(12, '0');
  return `urn:uuid:5d1a0000-0000-4000-8000-${digits}`;
}
