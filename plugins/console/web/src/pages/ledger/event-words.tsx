import type { AuditEvent } from '@medplum/fhirtypes';

/** Who acted, by reference or code. */
export function whoOf({ agent }: AuditEvent): string {
  const requestor = agent.find((one) => one.requestor) ?? agent[0];
  return (
    requestor?.who?.reference ?? requestor?.who?.identifier?.value ?? requestor?.who?.display ?? ''
  );
}

/** What was done: the interaction, or the kind of event. */
export function actionOf({ subtype = [], type, action }: AuditEvent): string {
  const words = subtype.map(({ display, code = '' }) => display ?? EVENTS[code] ?? code).join(', ');
  return words === '' ? (type.display ?? type.code ?? action ?? '') : words;
}

/** What it was done to: resources by reference. */
export function whatOf({ entity = [] }: AuditEvent): string {
  return entity.flatMap(({ what }) => what?.reference ?? []).join(', ');
}

/** Rules and tokens by which it was allowed. */
export function policiesOf({ agent }: AuditEvent): string {
  return agent.flatMap(({ policy = [] }) => policy).join(', ');
}

/** Names of DICOM's audit events. @see https://dicom.nema.org/medical/dicom/current/output/html/part16.html#sect_CID_400 */
const EVENTS: Readonly<Record<string, string>> = {
  '110101': 'Audit Log Used',
  '110106': 'Export',
  '110107': 'Import',
  '110120': 'Application Start',
  '110121': 'Application Stop',
  '110122': 'Login',
  '110123': 'Logout',
  '110126': 'Node Authentication',
  '110127': 'Emergency Override Started',
  '110128': 'Network Configuration',
  '110129': 'Security Configuration',
  '110131': 'Software Configuration',
  '110132': 'Use of Restricted Function',
  '110136': 'Security Roles Changed',
  '110137': 'User security Attributes Changed',
  '110138': 'Emergency Override Stopped',
};
