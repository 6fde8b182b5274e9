import type { CodeSystem } from '@medplum/fhirtypes';
import { parametersAnswer, recorded, terminologyOf } from '../../terminology/answer.ts';
import { openCodeSystem } from '../../terminology/code-system.ts';
import { requireConcept, requireSystem } from '../../terminology/concept-of-call.ts';
import { readInput } from '../../terminology/parameters.ts';
import { resourceOfCall } from '../../terminology/set-of-call.ts';
import { subsumption } from '../../terminology/subsumption.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { CoreOperation } from './core-operation.ts';

const INPUT = {
  codeA: 'string',
  codeB: 'string',
  system: 'string',
  version: 'string',
  codingA: 'Coding',
  codingB: 'Coding',
} as const;

/**
 * `CodeSystem/$subsumes`: whether one code is above another.
 * @see https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
 */
export const subsumes: CoreOperation = {
  name: 'subsumes',
  types: ['CodeSystem'],
  instances: ['CodeSystem'],
  get: true,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes',
  documentation: 'How two codes of one code system stand to each other.',
  handle(call, target) {
    const input = readInput(call.request, 'subsumes', INPUT);
    const [a, b] = [input.coding('codingA'), input.coding('codingB')];
    const system = input.string('system') ?? a?.system;
    return recorded(call, 'subsumes', target, system, async () => {
      const [codeA, codeB] = [a?.code ?? input.string('codeA'), b?.code ?? input.string('codeB')];
      if (codeA === undefined || codeB === undefined) throw invalid('two codes are required');
      const stored = await resourceOfCall<CodeSystem>(
        call,
        'CodeSystem',
        target.id,
        input,
        '',
        'subsumes',
      );
      const url = stored?.url ?? system;
      if (url === undefined) throw invalid('"system" is required');
      if ([a, b].some((coding) => coding?.system !== undefined && coding.system !== url)) {
        throw invalid('both codes have to be of the same code system');
      }
      const opened =
        stored === undefined
          ? await requireSystem(terminologyOf(call), url, input.string('version') ?? a?.version)
          : openCodeSystem(stored);
      const outcome = subsumption(requireConcept(opened, codeA), requireConcept(opened, codeB));
      return parametersAnswer([{ name: 'outcome', valueCode: outcome }]);
    });
  },
};

function invalid(reason: string): Error {
  return fhirError('OPERATION_INVALID_PARAMETERS', { operation: 'subsumes', reason });
}
