import type { Extension, ProjectMembership } from '@medplum/fhirtypes';

/** URL of the extension that bounds a membership, or one of its policies, in time. */
const PERIOD = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-period';

/** Time in which a membership, or one of its policies, holds; empty where it has no end. */
export function periodOf(membership: ProjectMembership): string {
  const places = [membership, ...(membership.access ?? [])] as readonly {
    readonly extension?: Extension[];
  }[];
  const periods = places.flatMap(({ extension = [] }) =>
    extension.flatMap(({ url, valuePeriod }) =>
      url === PERIOD && valuePeriod !== undefined ? [valuePeriod] : [],
    ),
  );
  return periods.map(({ start = '', end = '' }) => `${start} – ${end}`).join(', ');
}
