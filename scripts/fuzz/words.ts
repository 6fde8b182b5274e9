import type { Random } from '../bench/random.ts';

/** Resource types that the grammars write and search: enough to reach every kind of element and parameter. */
export const TYPES = [
  'Patient',
  'Observation',
  'Encounter',
  'Condition',
  'Questionnaire',
  'ValueSet',
  'Binary',
  'Subscription',
  'AuditEvent',
  'AccessPolicy',
  'Bundle',
  'Group',
] as const;

const NASTY = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\uffff',
  '\u202e',
  'ﷺ'.repeat(20),
  "'; drop table resource; --",
  '${jndi:ldap://x}',
  '../../etc/passwd',
  '%00',
  '%E0%A4%A',
  '%25252e',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  '1e309',
  '-0',
  '99999999999999999999999999',
  '1.'.padEnd(400, '0'),
  'NaN',
  'null',
  '[]',
  '{}',
  '|',
  '||||',
  '\\',
  '\\,\\|\\$',
  ',',
  ',,,,',
  '$$$',
  '9999-99-99',
  '0000',
  '2026-02-30',
  '2026-11-21T25:61:61Z',
  '2026-11-21T10:00:00+99:99',
  '(a+)+$',
  'a'.repeat(5000),
  'Patient/patient-a',
  'urn:uuid:not-a-uuid',
  'http://example.org/x|1.0',
  '#contained',
] as const;

/** A text that something might trip over. */
export function nasty(random: Random): string {
  if (random.next() < 0.7) return random.pick(NASTY);
  const length = random.below(30);
  let text = '';
  for (let i = 0; i < length; i += 1) text += String.fromCharCode(random.below(0x3000));
  return text;
}

/** An id: mostly one that could be. */
export function someId(random: Random): string {
  return random.next() < 0.6
    ? random.pick(['patient-a', 'patient-b', 'nobody', 'x', 'A-1.2', 'a'.repeat(64)])
    : encode(random, nasty(random));
}

/** Encodes for a URL, or forgets to; what cannot stand in a request line at all is always encoded. */
export function encode(random: Random, text: string): string {
  const safe = text.replace(/[\ud800-\udfff]/g, '\ufffd');
  if (random.next() < 0.7) return encodeURIComponent(safe);
  return safe.replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character));
}
