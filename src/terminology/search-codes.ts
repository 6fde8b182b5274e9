import type { ValueSet } from '@medplum/fhirtypes';
import type { ConformanceSource } from '../conformance/model.ts';
import { layered, storedConformance } from '../conformance/stored.ts';
import { fhirError } from '../outcome/codes.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { TokenSetExpression } from '../search/expression.ts';
import type { CodeSets, SetCode } from '../search/terminology.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { readResource } from '../storage/repository/reading/read.ts';
import { requireConcept, requireSystem } from './concept-of-call.ts';
import { MAX_SEARCH_CODES } from './limits.ts';
import { ancestorsOrSelf, descendantsOrSelf } from './subsumption.ts';
import { createTerminology, type Terminology } from './terminology.ts';

/** A value set that is stored here, by its id. */
const STORED = /^ValueSet\/([A-Za-z0-9\-.]{1,64})$/;

/**
 * The codes that a search of the caller's stands for, as far as the caller may see the value sets and code systems: a
 * value set that is hidden is not known.
 */
export function searchCodes(
  store: ClinicalStore,
  context: AccessContext,
  conformance: ConformanceSource,
): CodeSets {
  const terminology = createTerminology(layered(storedConformance(store, context), conformance));
  let left = MAX_SEARCH_CODES;
  return {
    async codes(expression) {
      try {
        const codes = await find(store, context, terminology, expression);
        left -= codes.length;
        if (left < 0) throw fhirError('TERMINOLOGY_TOO_COSTLY', { limit: MAX_SEARCH_CODES });
        return codes;
      } catch (error) {
        throw asSearchError(error, expression);
      }
    },
  };
}

async function find(
  store: ClinicalStore,
  context: AccessContext,
  terminology: Terminology,
  { relation, system, value }: TokenSetExpression,
): Promise<readonly SetCode[]> {
  if (relation === 'in') {
    const id = STORED.exec(value)?.[1];
    if (id === undefined) {
      const set = await terminology.valueSet(value);
      if (set === undefined) throw unknownSet(value);
      return [...set.members().values()];
    }
    const { content } = await readResource(store, context, 'ValueSet', id);
    return [...(await terminology.compile(JSON.parse(content) as ValueSet)).members().values()];
  }
  const opened = await requireSystem(terminology, system ?? '', undefined);
  const concept = requireConcept(opened, value);
  const related = relation === 'below' ? descendantsOrSelf(concept) : ancestorsOrSelf(concept);
  return [...related].map(({ code }) => ({ system: opened.url, code }));
}

function unknownSet(canonical: string): Error {
  return fhirError('TERMINOLOGY_SET_UNKNOWN', { valueSet: canonical.slice(0, 200) });
}

/** What is wrong with the value of a search parameter is a bad request, whatever it would be elsewhere. */
function asSearchError(error: unknown, { param, value }: TokenSetExpression): unknown {
  if (!isFhirError(error) || error.status !== 404) return error;
  const known = error.code === 'FHIR_NOT_FOUND' ? unknownSet(value) : error;
  return fhirError(
    'SEARCH_INVALID_VALUE',
    { name: param, reason: known.message },
    { cause: error },
  );
}
