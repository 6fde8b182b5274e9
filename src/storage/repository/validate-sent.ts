import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { JsonMembers } from '../../access/write/json-object.ts';
import { fhirError } from '../../outcome/codes.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { ClinicalStore } from '../clinical-store.ts';

/**
 * Checks what was sent by somebody who sees a part of a resource. What their view lacks anyway (a required element that is
 * hidden) is not held against them. What is not shown is not looked at: whether the two fit together would tell of it (the
 * end of a period, found out by its start).
 * @throws FhirError `FHIR_INVALID_RESOURCE` with the issues that what was shown did not have
 */
export function validateSent(
  { validate }: Pick<ClinicalStore, 'validate'>,
  sent: JsonMembers,
  shown: JsonMembers,
): void {
  const found = issuesOf(validate, sent);
  if (found.length === 0) return;
  const known = new Set(issuesOf(validate, shown).map(textOf));
  const issues = found.filter((issue) => !known.has(textOf(issue)));
  if (issues.length > 0) throw fhirError('FHIR_INVALID_RESOURCE', {}, { issues });
}

function issuesOf(
  validate: ClinicalStore['validate'],
  resource: JsonMembers,
): readonly OperationOutcomeIssue[] {
  try {
    // The validator knows plain numbers.
    const plain = JSON.parse(JSON.stringify(resource)) as { readonly resourceType?: string };
    validate(plain);
    return [];
  } catch (error) {
    if (!isFhirError(error) || error.code !== 'FHIR_INVALID_RESOURCE') throw error;
    return error.outcome.issue;
  }
}

function textOf(issue: OperationOutcomeIssue): string {
  return JSON.stringify(issue);
}
