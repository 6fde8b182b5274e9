import type { CodeSystem, Coding, ValueSet } from '@medplum/fhirtypes';
import { openCodeSystem } from '../../terminology/code-system.ts';
import { parametersAnswer, recorded, terminologyOf } from '../../terminology/answer.ts';
import type { CompiledSet } from '../../terminology/compiled-set.ts';
import { type CodeVerdict, judgeCodings } from '../../terminology/describe-code.ts';
import { type OperationInput, readInput } from '../../terminology/parameters.ts';
import { resourceOfCall, withVersion } from '../../terminology/set-of-call.ts';
import type { Terminology } from '../../terminology/terminology.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import type { CoreOperation, OperationTarget } from './core-operation.ts';

const COMMON = {
  url: 'string',
  code: 'string',
  display: 'string',
  coding: 'Coding',
  codeableConcept: 'CodeableConcept',
  date: 'string',
  abstract: 'boolean',
  displayLanguage: 'string',
} as const;

const OF_VALUE_SET = {
  ...COMMON,
  valueSet: 'resource',
  valueSetVersion: 'string',
  system: 'string',
  systemVersion: 'string',
  inferSystem: 'boolean',
} as const;

const OF_CODE_SYSTEM = { ...COMMON, codeSystem: 'resource', version: 'string' } as const;

/**
 * `$validate-code` of ValueSet and CodeSystem.
 * @see https://hl7.org/fhir/R4/valueset-operation-validate-code.html
 * @see https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
 */
export const validateCode: CoreOperation = {
  name: 'validate-code',
  types: ['CodeSystem', 'ValueSet'],
  instances: ['CodeSystem', 'ValueSet'],
  get: true,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code',
  documentation: 'Whether a code is in a value set or a code system.',
  handle: (call, target) =>
    target.type === 'CodeSystem' ? inCodeSystem(call, target) : inValueSet(call, target),
};

function inValueSet(call: FhirCall, target: OperationTarget): Promise<FhirResponse> {
  const input = readInput(call.request, 'validate-code', OF_VALUE_SET);
  const url = input.string('url');
  return recorded(call, 'validate-code', target, url, async () => {
    const terminology = terminologyOf(call);
    const codings = codingsOf(input, input.string('system'), input.string('systemVersion'));
    const set = await setOfCall(call, target, input, terminology);
    return answer(await judgeCodings(terminology, set, codings, options(input)));
  });
}

async function setOfCall(
  call: FhirCall,
  { id }: OperationTarget,
  input: OperationInput,
  terminology: Terminology,
): Promise<CompiledSet> {
  const given = await resourceOfCall<ValueSet>(
    call,
    'ValueSet',
    id,
    input,
    'valueSet',
    'validate-code',
  );
  if (given !== undefined) return terminology.compile(given);
  const url = input.string('url');
  if (url === undefined) throw missing('"url" or "valueSet" is required');
  const canonical = withVersion(url, input.string('valueSetVersion'));
  const set = await terminology.valueSet(canonical);
  if (set !== undefined) return set;
  throw fhirError('TERMINOLOGY_SET_UNKNOWN', { valueSet: canonical.slice(0, 200) });
}

function inCodeSystem(call: FhirCall, target: OperationTarget): Promise<FhirResponse> {
  const input = readInput(call.request, 'validate-code', OF_CODE_SYSTEM);
  const url = input.string('url');
  return recorded(call, 'validate-code', target, url, async () => {
    const terminology = terminologyOf(call);
    const given = await resourceOfCall<CodeSystem>(
      call,
      'CodeSystem',
      target.id,
      input,
      'codeSystem',
      'validate-code',
    );
    const system = given?.url ?? url ?? input.coding('coding')?.system;
    if (system === undefined) throw missing('"url" or "codeSystem" is required');
    const codings = codingsOf(input, system, input.string('version'));
    if (codings.some((coding) => coding.system !== system)) {
      return answer({
        result: false,
        message: `The coding is of another code system than ${system}`,
      });
    }
    const own: Terminology =
      given === undefined
        ? terminology
        : { ...terminology, codeSystem: () => Promise.resolve(openCodeSystem(given)) };
    return answer(await judgeCodings(own, undefined, codings, options(input)));
  });
}

function codingsOf(
  input: OperationInput,
  system: string | undefined,
  version: string | undefined,
): readonly Coding[] {
  const coding = input.coding('coding');
  const concept = input.codeableConcept('codeableConcept');
  const code = input.string('code');
  const display = input.string('display');
  if ([coding, concept, code].filter((it) => it !== undefined).length !== 1) {
    throw missing('exactly one of "code", "coding" and "codeableConcept" is required');
  }
  if (coding !== undefined) return [coding];
  if (concept !== undefined) return concept.coding ?? [];
  return [
    {
      ...(system === undefined ? {} : { system }),
      ...(version === undefined ? {} : { version }),
      ...(code === undefined ? {} : { code }),
      ...(display === undefined ? {} : { display }),
    },
  ];
}

function options(input: OperationInput): { readonly abstract: boolean } {
  return { abstract: input.boolean('abstract') ?? true };
}

function answer({
  result,
  message,
  display,
  code,
  system,
  version,
  missing: unknown,
}: CodeVerdict) {
  return parametersAnswer([
    { name: 'result', valueBoolean: result },
    message === undefined ? undefined : { name: 'message', valueString: message },
    display === undefined ? undefined : { name: 'display', valueString: display },
    code === undefined ? undefined : { name: 'code', valueCode: code },
    system === undefined ? undefined : { name: 'system', valueUri: system },
    version === undefined ? undefined : { name: 'version', valueString: version },
    unknown === undefined
      ? undefined
      : { name: 'x-caused-by-unknown-system', valueCanonical: unknown },
  ]);
}

function missing(reason: string): Error {
  return fhirError('OPERATION_INVALID_PARAMETERS', { operation: 'validate-code', reason });
}
