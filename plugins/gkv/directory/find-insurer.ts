import {
  findKostentraeger,
  germanCalendarDay,
  isTestCode,
  type Kostentraeger,
  prefixOf,
} from '../../../lib/gkv/index.ts';
import { gkvError } from '../errors.ts';
import type { Insurers } from './insurer-directory.ts';

/** What decides about the insurer of a code. */
export interface FindInsurerOptions {
  readonly allowTestCodes: boolean;
  readonly testInsurer: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * The insurer that answers for a code today. The prefix 77 belongs to none: test codes go to the insurer that the
 * operator has chosen, where they are allowed at all.
 * @throws FhirError `GKV_TEST_CODE_REFUSED`, `GKV_INSURER_UNKNOWN`, `GKV_INSURER_CLOSED`
 */
export function findInsurer(
  { eintraege }: Insurers,
  code: string,
  { allowTestCodes, testInsurer, now }: FindInsurerOptions,
): Kostentraeger {
  const test = isTestCode(code);
  if (test && !allowTestCodes) throw gkvError('GKV_TEST_CODE_REFUSED');
  const prefix = test ? (testInsurer ?? firstElectronic(eintraege)) : prefixOf(code);
  const found = findKostentraeger(eintraege, prefix, germanCalendarDay(now));
  if (found.found) return found.kostentraeger;
  if (found.grund === 'UNKNOWN_PREFIX') throw gkvError('GKV_INSURER_UNKNOWN');
  throw gkvError('GKV_INSURER_CLOSED', { reason: found.grund });
}

function firstElectronic(eintraege: readonly Kostentraeger[]): string {
  const open = eintraege.find((entry) => entry.versandart === 1 && entry.gueltigBis === undefined);
  return (open ?? eintraege[0])?.kostentraegerkuerzel ?? '';
}
