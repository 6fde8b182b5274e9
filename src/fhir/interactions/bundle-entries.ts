import type { Bundle, BundleEntry } from '@medplum/fhirtypes';

/** The entries of a Bundle, each at hand when it is asked for. */
export interface BundleEntries {
  readonly length: number;
  /** The entry, and the same with exact numbers. */
  at(index: number): { readonly entry: BundleEntry; readonly exact: BundleEntry };
}

/** The entries of a Bundle that has been parsed as a whole. */
export function parsedEntries(bundle: Bundle, exact: Bundle): BundleEntries {
  const entries = bundle.entry ?? [];
  return {
    length: entries.length,
    at: (index) => ({
      entry: entries[index] as BundleEntry,
      exact: exact.entry?.[index] as BundleEntry,
    }),
  };
}
