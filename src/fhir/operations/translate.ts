import type { Coding, ConceptMap } from '@medplum/fhirtypes';
import { parametersAnswer, recorded, terminologyOf } from '../../terminology/answer.ts';
import { type OperationInput, readInput } from '../../terminology/parameters.ts';
import { resourceOfCall, withVersion } from '../../terminology/set-of-call.ts';
import { isTranslated, translate, type Translation } from '../../terminology/translate-code.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall } from '../request.ts';
import type { CoreOperation, OperationTarget } from './core-operation.ts';

const INPUT = {
  url: 'string',
  conceptMap: 'resource',
  conceptMapVersion: 'string',
  code: 'string',
  system: 'string',
  version: 'string',
  source: 'string',
  coding: 'Coding',
  codeableConcept: 'CodeableConcept',
  target: 'string',
  targetsystem: 'string',
  reverse: 'boolean',
} as const;

/** Translations in one answer. */
const MAX_MATCHES = 1_000;

/** `ConceptMap/$translate`. @see https://hl7.org/fhir/R4/conceptmap-operation-translate.html */
export const translateOperation: CoreOperation = {
  name: 'translate',
  types: ['ConceptMap'],
  instances: ['ConceptMap'],
  get: true,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/ConceptMap-translate',
  documentation: 'The codes of another code system that mean the same, or nearly.',
  handle(call, target) {
    const input = readInput(call.request, 'translate', INPUT);
    return recorded(call, 'translate', target, input.string('url'), async () => {
      const codings = codingsOf(input);
      const maps = await mapsOfCall(call, target, input);
      const question = {
        reverse: input.boolean('reverse') ?? false,
        targetSystem: input.string('targetsystem'),
      };
      const found = maps
        .flatMap((map) => codings.flatMap((coding) => translate(map, { coding, ...question })))
        .slice(0, MAX_MATCHES);
      const result = isTranslated(found);
      return parametersAnswer([
        { name: 'result', valueBoolean: result },
        result ? undefined : { name: 'message', valueString: 'No translation was found' },
        ...found.map(match),
      ]);
    });
  },
};

function codingsOf(input: OperationInput): readonly Coding[] {
  const coding = input.coding('coding');
  const concept = input.codeableConcept('codeableConcept');
  const code = input.string('code');
  const system = input.string('system');
  if ([coding, concept, code].filter((it) => it !== undefined).length !== 1) {
    throw invalid('exactly one of "code", "coding" and "codeableConcept" is required');
  }
  if (code !== undefined && system === undefined) throw invalid('"code" needs "system"');
  if (coding !== undefined) return [coding];
  if (concept !== undefined) return concept.coding ?? [];
  return [{ ...(system === undefined ? {} : { system }), ...(code === undefined ? {} : { code }) }];
}

async function mapsOfCall(
  call: FhirCall,
  { id }: OperationTarget,
  input: OperationInput,
): Promise<readonly ConceptMap[]> {
  const given = await resourceOfCall<ConceptMap>(
    call,
    'ConceptMap',
    id,
    input,
    'conceptMap',
    'translate',
  );
  if (given !== undefined) return [given];
  const { source } = terminologyOf(call);
  const url = input.string('url');
  if (url !== undefined) {
    const canonical = withVersion(url, input.string('conceptMapVersion'));
    const found = await source.find('ConceptMap', canonical);
    if (found !== undefined) return [found.resource];
    throw fhirError('TERMINOLOGY_MAP_UNKNOWN', { map: canonical.slice(0, 200) });
  }
  const [from, to] = [input.string('source'), input.string('target')];
  if (from === undefined && to === undefined && input.string('targetsystem') === undefined) {
    throw invalid('"url", "conceptMap", "source", "target" or "targetsystem" is required');
  }
  return (await source.conceptMaps()).filter(
    (map) =>
      (from === undefined || from === (map.sourceUri ?? map.sourceCanonical)) &&
      (to === undefined || to === (map.targetUri ?? map.targetCanonical)),
  );
}

function match({ equivalence, concept, source }: Translation) {
  return {
    name: 'match',
    part: [
      { name: 'equivalence', valueCode: equivalence },
      ...(concept.code === undefined ? [] : [{ name: 'concept', valueCoding: concept }]),
      ...(source === undefined ? [] : [{ name: 'source', valueUri: source }]),
    ],
  };
}

function invalid(reason: string): Error {
  return fhirError('OPERATION_INVALID_PARAMETERS', { operation: 'translate', reason });
}
