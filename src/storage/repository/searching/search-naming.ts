import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SearchNaming } from '../../search-sql/search.ts';

/** What the statements of a search by this principal are printed with, where the condition has no chains. */
export function searchNaming(
  store: ClinicalStore,
  _context: AccessContext,
  type: string,
): SearchNaming {
  const { hash, paramKey, chief, shapes } = store;
  return { type, hash, paramKey, chief, shapes };
}
