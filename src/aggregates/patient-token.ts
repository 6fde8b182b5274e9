import { createHmac } from 'node:crypto';

/** Stands for a patient in aggregates: 64 bits of a keyed hash, as 16 hexadecimal digits. */
export type PatientToken = (patient: string) => string;

/**
 * Makes the tokens. They say whether two sets hold the same people, and nothing about who these are without the key, which
 * never leaves the database.
 * @param key 32 random bytes
 */
export function createPatientToken(key: Buffer): PatientToken {
  return (patient) =>
    createHmac('sha256', key).update(`aggregate v1\0${patient}`).digest('hex').slice(0, 16);
}
