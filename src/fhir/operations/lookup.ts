import type { CodeSystemConceptProperty, ParametersParameter } from '@medplum/fhirtypes';
import { parametersAnswer, recorded, terminologyOf } from '../../terminology/answer.ts';
import type { Concept, OpenCodeSystem } from '../../terminology/code-system.ts';
import { requireConcept, requireSystem } from '../../terminology/concept-of-call.ts';
import { displayIn } from '../../terminology/designation.ts';
import { readInput } from '../../terminology/parameters.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { CoreOperation } from './core-operation.ts';

const INPUT = {
  code: 'string',
  system: 'string',
  version: 'string',
  coding: 'Coding',
  date: 'string',
  displayLanguage: 'string',
  property: 'string',
} as const;

/** Properties that every concept has, beside those of its code system. */
const BUILT_IN = new Set([
  'code',
  'system',
  'name',
  'version',
  'display',
  'definition',
  'designation',
]);

/** `CodeSystem/$lookup`: what is known of a code. @see https://hl7.org/fhir/R4/codesystem-operation-lookup.html */
export const lookup: CoreOperation = {
  name: 'lookup',
  types: ['CodeSystem'],
  get: true,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup',
  documentation: 'Display, definition, designations and properties of a code.',
  handle(call, target) {
    const input = readInput(call.request, 'lookup', INPUT);
    const coding = input.coding('coding');
    const system = coding?.system ?? input.string('system');
    return recorded(call, 'lookup', target, system, async () => {
      const code = coding?.code ?? input.string('code');
      if (system === undefined || code === undefined) {
        throw fhirError('OPERATION_INVALID_PARAMETERS', {
          operation: 'lookup',
          reason: 'a "coding", or "system" and "code", is required',
        });
      }
      const terminology = terminologyOf(call);
      const version = coding?.version ?? input.string('version');
      const opened = await requireSystem(terminology, system, version);
      const concept = requireConcept(opened, code);
      const asked = new Set(input.strings('property'));
      return parametersAnswer(describe(opened, concept, asked, input.string('displayLanguage')));
    });
  },
};

function describe(
  { resource, url, version }: OpenCodeSystem,
  concept: Concept,
  asked: ReadonlySet<string>,
  language: string | undefined,
): readonly (ParametersParameter | undefined)[] {
  const wants = (name: string): boolean => asked.size === 0 || asked.has('*') || asked.has(name);
  const display = displayIn(language, concept.display, concept.designation);
  return [
    { name: 'name', valueString: resource.name ?? resource.title ?? url },
    version === undefined ? undefined : { name: 'version', valueString: version },
    { name: 'display', valueString: display ?? concept.code },
    ...(wants('designation') ? concept.designation.map(designation) : []),
    concept.definition !== undefined && wants('definition')
      ? property('definition', { valueString: concept.definition })
      : undefined,
    wants('inactive') ? property('inactive', { valueBoolean: concept.inactive }) : undefined,
    ...(wants('parent')
      ? concept.parents.map(({ code }) => property('parent', { valueCode: code }))
      : []),
    ...(wants('child')
      ? concept.children.map(({ code }) => property('child', { valueCode: code }))
      : []),
    ...concept.property
      .filter(({ code }) => wants(code) && !BUILT_IN.has(code) && !HIERARCHY.has(code))
      .map(({ code, ...value }) => property(code, value)),
  ];
}

/** Said already, from the hierarchy itself. */
const HIERARCHY = new Set(['parent', 'child', 'inactive']);

function designation({
  language,
  use,
  value,
}: Concept['designation'][number]): ParametersParameter {
  return {
    name: 'designation',
    part: [
      ...(language === undefined ? [] : [{ name: 'language', valueCode: language }]),
      ...(use === undefined ? [] : [{ name: 'use', valueCoding: use }]),
      { name: 'value', valueString: value },
    ],
  };
}

function property(
  code: string,
  value: Omit<CodeSystemConceptProperty, 'code'>,
): ParametersParameter {
  return {
    name: 'property',
    part: [
      { name: 'code', valueCode: code },
      { name: 'value', ...value },
    ],
  };
}
