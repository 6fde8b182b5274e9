import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { JsonResource } from '../../storage/content.ts';
import { readResource } from '../../storage/repository/reading/read.ts';
import { recorded, terminologyOf } from '../../terminology/answer.ts';
import { type OperationInput, readInput } from '../../terminology/parameters.ts';
import { fhirError } from '../../outcome/codes.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { FhirCall } from '../request.ts';
import { outcome } from '../respond.ts';
import { validateProfiles } from '../validation/profile/validate-profiles.ts';
import type { CoreOperation, OperationTarget } from './core-operation.ts';

const INPUT = { resource: 'resource', mode: 'string', profile: 'string' } as const;
const MODES = new Set(['create', 'update', 'delete', 'profile']);
/** Profiles of one call. */
const MAX_PROFILES = 10;

/**
 * `$validate`: whether a resource could be stored, and whether it conforms to profiles. What is wrong with the resource is
 * the content of the answer, so that is 200; other states mean that nothing was validated.
 * @see https://hl7.org/fhir/R4/resource-operation-validate.html
 */
export const validate: CoreOperation = {
  name: 'validate',
  types: 'all',
  instances: 'all',
  get: true,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  documentation: 'Whether a resource is valid, and conforms to its profiles.',
  handle(call, target) {
    const input = readInput(call.request, 'validate', INPUT, 'resource');
    const profiles = input.strings('profile');
    return recorded(call, 'validate', target, profiles.join(' ') || undefined, async () => {
      const mode = input.string('mode');
      if (mode !== undefined && !MODES.has(mode)) throw invalid('"mode" is not one that is known');
      if (profiles.length > MAX_PROFILES) {
        throw invalid(`at most ${String(MAX_PROFILES)} profiles can be given`);
      }
      const issues =
        mode === 'delete'
          ? await deletion(call, target)
          : await issuesOf(call, target, await resourceOf(call, target, input), mode, profiles);
      return outcome(200, outcomeOf(issues));
    });
  },
};

/** The resource of the input, else the one that the operation was called on. */
async function resourceOf(
  call: FhirCall,
  { type, id }: OperationTarget,
  input: OperationInput,
): Promise<JsonResource> {
  const given = input.resource('resource');
  if (given !== undefined) return given as unknown as JsonResource;
  if (type === undefined || id === undefined) throw invalid('"resource" is required');
  const { content } = await readResource(call.services.store, call.context, type, id);
  return JSON.parse(content) as JsonResource;
}

async function issuesOf(
  call: FhirCall,
  { type, id }: OperationTarget,
  resource: JsonResource,
  mode: string | undefined,
  profiles: readonly string[],
): Promise<readonly OperationOutcomeIssue[]> {
  const { store, definitions, invariants } = call.services;
  try {
    store.validate(resource, type);
  } catch (error) {
    // What has not even the structure of its type cannot be held against a profile.
    if (isFhirError(error) && error.code === 'FHIR_INVALID_RESOURCE') return error.outcome.issue;
    throw error;
  }
  return [
    ...idIssues(resource, id, mode),
    ...(await validateProfiles(
      { definitions, terminology: terminologyOf(call), invariants },
      resource,
      profiles,
    )),
  ];
}

function idIssues(
  resource: JsonResource,
  id: string | undefined,
  mode: string | undefined,
): readonly OperationOutcomeIssue[] {
  const given = resource['id'];
  const error = (name: 'FHIR_ID_ON_CREATE' | 'FHIR_ID_MISSING' | 'FHIR_ID_DIFFERS') =>
    fhirError(name).outcome.issue;
  if (mode === 'create' && given !== undefined) return error('FHIR_ID_ON_CREATE');
  if (mode === 'update' && given === undefined) return error('FHIR_ID_MISSING');
  return id !== undefined && given !== undefined && given !== id ? error('FHIR_ID_DIFFERS') : [];
}

/** Whether the caller could delete it, as far as that depends on the caller and on nothing else that is stored. */
async function deletion(
  { services, context, principal }: FhirCall,
  { type, id }: OperationTarget,
): Promise<readonly OperationOutcomeIssue[]> {
  if (type === undefined || id === undefined) throw invalid('mode "delete" is about one resource');
  await readResource(services.store, context, type, id);
  if (principal.policy.rules(type, 'delete').length > 0) return [];
  return fhirError('ACCESS_DENIED', { interaction: 'delete', type }).outcome.issue;
}

function outcomeOf(issues: readonly OperationOutcomeIssue[]): OperationOutcome {
  const nothing = 'No issues detected during validation';
  return {
    resourceType: 'OperationOutcome',
    issue:
      issues.length > 0
        ? [...issues]
        : [
            {
              severity: 'information',
              code: 'informational',
              details: { text: nothing },
              diagnostics: nothing,
            },
          ],
  };
}

function invalid(reason: string): Error {
  return fhirError('OPERATION_INVALID_PARAMETERS', { operation: 'validate', reason });
}
