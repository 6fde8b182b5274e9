import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 8;

/**
 * The code under which a member of staff stands in the log of a patient: always the same there, another one in the log of
 * everybody else, so that two patients cannot compare. Whoever runs the service finds the person by the AuditEvent.
 * @param key 32 random bytes
 * @param patient id of the patient
 * @param agent FHIR reference of who acted
 */
export function staffCode(key: Buffer, patient: string, agent: string): string {
  const digest = createHmac('sha256', key).update(`${patient}\n${agent}`).digest();
  const letters = [...digest.subarray(0, LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
}
