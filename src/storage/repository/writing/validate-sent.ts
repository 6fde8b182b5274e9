import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { JsonMembers } from '../../../access/write/json-object.ts';
import { fhirError } from '../../../outcome/codes.ts';
import { isFhirError } from '../../../outcome/fhir-error.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { JsonResource } from '../../content.ts';

/**
 * Checks what was sent by somebody who sees a part of a resource. What their view lacks anyway (a required element that is
 * hidden) is not held against them. What is not shown is not looked at: whether the two fit together would tell of it (the
 * end of a period, found out by its start). The same holds for the profiles that it claims: one that asks for a value of an
 * element would tell which one is hidden.
 * @throws FhirError `FHIR_INVALID_RESOURCE`, `FHIR_PROFILE_VIOLATED` with the issues that what was shown did not have
 */
export async function validateSent(
  { validate, hooks: { conform } }: Pick<ClinicalStore, 'validate' | 'hooks'>,
  sent: JsonMembers,
  shown: JsonMembers,
): Promise<void> {
  const invalid = unless(issuesOf(validate, sent), () => issuesOf(validate, shown));
  if (invalid.length > 0) throw fhirError('FHIR_INVALID_RESOURCE', {}, { issues: invalid });
  if (conform === undefined) return;
  const found = await conform(plain(sent));
  const before = found.length === 0 ? [] : await conform(plain(shown));
  const issues = unless(found, () => before);
  if (issues.length > 0) throw fhirError('FHIR_PROFILE_VIOLATED', {}, { issues });
}

/** Without the issues that there were before. */
function unless(
  found: readonly OperationOutcomeIssue[],
  before: () => readonly OperationOutcomeIssue[],
): OperationOutcomeIssue[] {
  if (found.length === 0) return [];
  const known = new Set(before().map(textOf));
  return found.filter((issue) => !known.has(textOf(issue)));
}

/** The validator knows plain numbers. */
function plain(resource: JsonMembers): JsonResource {
  return JSON.parse(JSON.stringify(resource)) as JsonResource;
}

function issuesOf(
  validate: ClinicalStore['validate'],
  resource: JsonMembers,
): readonly OperationOutcomeIssue[] {
  try {
    validate(plain(resource));
    return [];
  } catch (error) {
    if (!isFhirError(error) || error.code !== 'FHIR_INVALID_RESOURCE') throw error;
    return error.outcome.issue;
  }
}

function textOf(issue: OperationOutcomeIssue): string {
  return JSON.stringify(issue);
}
