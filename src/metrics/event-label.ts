import type { SecurityEvent } from '../plugin/sdk.ts';

/** Words for codes of DICOM; what is not here is counted under its code. @see https://dicom.nema.org/medical/dicom/current/output/chtml/part16/chapter_D.html */
const WORDS: Readonly<Record<string, string>> = {
  '110122': 'login',
  '110123': 'logout',
  '110126': 'client-authentication',
  '110127': 'emergency-override',
  '110128': 'network-configuration',
  '110129': 'security-configuration',
  '110131': 'software-configuration',
  '110132': 'restricted-function',
  '110136': 'security-roles-changed',
  '110137': 'security-attributes-changed',
};

/** Labels of an event: what happened, and whether it went well. */
export function eventLabel({ type, subtype, outcome }: SecurityEvent): {
  readonly event: string;
  readonly result: string;
} {
  const code = subtype ?? type;
  return { event: WORDS[code] ?? code, result: outcome === 'success' ? 'success' : 'failure' };
}
