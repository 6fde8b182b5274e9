import type { Random } from '../bench/random.ts';
import { type FuzzCase, withBody } from './case.ts';
import { encode, nasty, TYPES } from './words.ts';

const PARAMETERS = [
  '_id',
  '_lastUpdated',
  '_tag',
  '_profile',
  '_security',
  '_source',
  '_compartment',
  '_text',
  '_content',
  '_list',
  '_has',
  '_filter',
  '_type',
  '_query',
  'name',
  'family',
  'identifier',
  'birthdate',
  'gender',
  'subject',
  'patient',
  'code',
  'date',
  'value-quantity',
  'combo-code-value-quantity',
  'code-value-concept',
  'url',
  'status',
  'general-practitioner',
  'encounter',
  'telecom',
] as const;

const CONTROLS = [
  '_count',
  '_offset',
  '_sort',
  '_total',
  '_summary',
  '_elements',
  '_include',
  '_revinclude',
  '_cursor',
  '_getpages',
  '_format',
  '_pretty',
  '_contained',
] as const;

const MODIFIERS = [
  ':exact',
  ':contains',
  ':missing',
  ':not',
  ':text',
  ':in',
  ':not-in',
  ':above',
  ':below',
  ':of-type',
  ':identifier',
  ':Patient',
  ':Nonsense',
  ':iterate',
  ':',
  '::',
] as const;

const VALUES = [
  'true',
  'false',
  'ge2020',
  'lt2020-01',
  'ap5.4',
  'eq1e2',
  '5.4|http://unitsofmeasure.org|mg',
  'http://loinc.org|29463-7',
  '|x',
  'x|',
  'Patient/patient-a',
  'http://hl7.org/fhir/ValueSet/administrative-gender',
  '8480-6$gt100',
  'Observation:subject:Patient',
  '*',
  '*:*',
  '-date,code',
  'name eq "x" and (gender eq male or not (birthdate gt 2000))',
  'a b "c',
] as const;

/** A search with any mixture of parameters, modifiers, chains and values, by GET or POST. */
export function searchCase(random: Random): FuzzCase {
  const type = random.pick(TYPES);
  const parameters = Array.from(
    { length: 1 + random.below(random.next() < 0.05 ? 700 : 6) },
    () => `${parameterName(random)}=${encode(random, value(random))}`,
  );
  const query = parameters.join(random.next() < 0.95 ? '&' : random.pick(['&&', ';', '?']));
  const place = random.pick([
    `/${type}`,
    `/${type}`,
    `/${type}/`,
    '',
    `/Patient/patient-a/${type}`,
    '/Patient/patient-a/*',
  ]);
  if (random.next() < 0.25) {
    return withBody('search', 'POST', `${place.replace(/\/$/, '')}/_search`, query, {
      'content-type': 'application/x-www-form-urlencoded',
    });
  }
  return { family: 'search', method: 'GET', target: `${place}?${query}`, headers: {} };
}

function parameterName(random: Random): string {
  const pick = random.next();
  if (pick < 0.2) return random.pick(CONTROLS) + (random.next() < 0.2 ? ':iterate' : '');
  if (pick < 0.28) return encode(random, nasty(random));
  if (pick < 0.38) return has(random, 1 + random.below(4));
  let name = modified(random);
  const links = random.next() < 0.2 ? 1 + random.below(random.next() < 0.1 ? 40 : 4) : 0;
  for (let i = 0; i < links; i += 1) name += `.${modified(random)}`;
  return name;
}

function modified(random: Random): string {
  const name = random.pick(PARAMETERS);
  return random.next() < 0.35 ? name + random.pick(MODIFIERS) : name;
}

function has(random: Random, depth: number): string {
  const parts = Array.from(
    { length: depth },
    () => `_has:${random.pick(TYPES)}:${random.pick(PARAMETERS)}:`,
  );
  return parts.join('') + modified(random);
}

function value(random: Random): string {
  const pick = random.next();
  if (pick < 0.45) return random.pick(VALUES);
  if (pick < 0.85) return nasty(random);
  return Array.from({ length: random.below(600) }, () => random.pick(VALUES)).join(',');
}
