import type { Pseudonyms } from '../../../access/pseudonym/pseudonyms.ts';
import type { Principal } from '../../../access/principal.ts';
import type { ClinicalStore } from '../../clinical-store.ts';

/** The names under which a principal knows resources; undefined where these are the ids themselves. */
export function pseudonymsOf(
  store: Pick<ClinicalStore, 'pseudonyms'>,
  { policy }: Principal,
): Pseudonyms | undefined {
  return policy.pseudonyms === undefined ? undefined : store.pseudonyms(policy.pseudonyms);
}

/** The id behind one that a principal has written. */
export function callersId(
  store: Pick<ClinicalStore, 'pseudonyms'>,
  principal: Principal,
  type: string,
  id: string,
): string {
  return pseudonymsOf(store, principal)?.reveal(type, id) ?? id;
}

/** How the searches of a principal are read, as part of the options of `parseSearch`. */
export function callersIds(
  store: Pick<ClinicalStore, 'pseudonyms'>,
  principal: Principal,
): { readonly reveal?: Pseudonyms['reveal'] } {
  const pseudonyms = pseudonymsOf(store, principal);
  if (pseudonyms === undefined) return {};
  return { reveal: (type, pseudonym) => pseudonyms.reveal(type, pseudonym) };
}
