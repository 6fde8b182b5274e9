import { fhirError } from '../outcome/codes.ts';
import type { JsonResource } from '../storage/content.ts';

/** Elements of Medplum's types that hold what lets somebody in. */
const CREDENTIALS: ReadonlyMap<string, readonly string[]> = new Map([
  ['User', ['passwordHash', 'mfaSecret']],
  ['ClientApplication', ['secret', 'retiringSecret']],
]);

/**
 * Refuses credentials in resources: whoever may read the resource, its history or a backup would have them. They lie sealed
 * in the accounts database.
 * @throws FhirError `CREDENTIAL_IN_RESOURCE`
 */
export function refuseCredentials(resource: JsonResource): void {
  const elements = CREDENTIALS.get(resource.resourceType);
  if (elements === undefined) return;
  const found = elements.find((element) => Object.hasOwn(resource, element));
  if (found === undefined) return;
  const expression = `${resource.resourceType}.${found}`;
  throw fhirError('CREDENTIAL_IN_RESOURCE', { element: expression }, { expression: [expression] });
}
