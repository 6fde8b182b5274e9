import { createHmac } from 'node:crypto';

/**
 * The code under which a member of staff stands in the log of a patient.
 * @param patient id of the patient
 * @param agent FHIR reference of who acted
 */
export type StaffCode = (patient: string, agent: string) => string;

/** True for references to members of staff, whom patients know under a code. */
export function isStaff(agent: string): boolean {
  return /^Practitioner(?:Role)?\//.test(agent);
}

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 8;

/**
 * Codes that are always the same in the log of one patient, and others in the log of everybody else, so that two patients
 * cannot compare. Whoever runs the service finds the person by the AuditEvent.
 * @param key 32 random bytes
 */
export function createStaffCode(key: Buffer): StaffCode {
  return (patient, agent) => {
    const digest = createHmac('sha256', key).update(`${patient}\n${agent}`).digest();
    const letters = [...digest.subarray(0, LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]);
    return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
  };
}
