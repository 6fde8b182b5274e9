import type { BundleEntry } from '@medplum/fhirtypes';
import { isTooDeep, MAX_JSON_DEPTH } from '../../json/depth.ts';
import { sliceList } from '../../json/list-slices.ts';
import { fhirError } from '../../outcome/codes.ts';
import { parseBody } from '../read-body.ts';
import type { BundleEntries } from './bundle-entries.ts';

/** A Bundle whose entries are parsed one at a time, whenever they are asked for. */
export interface SlicedBundle {
  /** The Bundle with a number in place of each entry. */
  readonly skeleton: Readonly<Record<string, unknown>>;
  readonly entries: BundleEntries;
}

/**
 * Reads a Bundle from its text without holding all of its entries.
 * @returns undefined where the text has to be parsed as a whole to be understood
 * @throws FhirError `FHIR_INVALID_JSON` for what is wrong around the entries; for what is wrong in one, when it is read
 */
export function slicedBundle(text: string): SlicedBundle | undefined {
  if (isTooDeep(text)) {
    const reason = `it is nested deeper than ${String(MAX_JSON_DEPTH)} levels`;
    throw fhirError('FHIR_INVALID_JSON', { reason });
  }
  const slices = sliceList(text, 'entry');
  if (slices === undefined) return undefined;
  const { items } = slices;
  const skeleton = parseBody(slices.skeleton).value as Readonly<Record<string, unknown>>;
  const length = items.length / 2;
  const listed = skeleton['entry'];
  // A name may be written with escapes, and stand twice: then what was cut is not what the parser takes for the list.
  if (!Array.isArray(listed) || listed.length !== length || listed.some((item) => item !== 0))
    return undefined;
  return { skeleton, entries: { length, at } };

  function at(index: number): { readonly entry: BundleEntry; readonly exact: BundleEntry } {
    const { value, exact } = parseBody(text.slice(items[index * 2], items[index * 2 + 1]));
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw fhirError('FHIR_INVALID_BUNDLE', { reason: 'entry is not a list of objects' });
    return { entry: value, exact: exact as BundleEntry };
  }
}
