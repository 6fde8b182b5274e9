import type { Random } from '../../bench/random.ts';
import { enc, type Grammar, PARAMETERS, type Pool, TYPES, valueFor } from './request.ts';

const MODIFIERS = [
  ':missing',
  ':not',
  ':exact',
  ':contains',
  ':text',
  ':identifier',
  ':in',
  ':above',
  ':of-type',
];

/** Chains and reverse chains from a type. */
const CHAINS: Readonly<Record<string, readonly (readonly [prefix: string, type: string])[]>> = {
  Observation: [
    ['subject:Patient.', 'Patient'],
    ['patient.', 'Patient'],
    ['performer:Patient.', 'Patient'],
  ],
  Condition: [['subject:Patient.', 'Patient']],
  Encounter: [['patient.', 'Patient']],
  Goal: [['patient.', 'Patient']],
  List: [['item:Observation.', 'Observation']],
  Patient: [
    ['_has:Observation:patient:', 'Observation'],
    ['_has:Condition:subject:', 'Condition'],
    ['_has:Encounter:patient:', 'Encounter'],
    ['_has:Observation:subject:_has:List:item:', 'List'],
  ],
};

/** Not `_id`: what the run itself creates has random ids. */
const SORTS: Readonly<Record<string, readonly string[]>> = {
  Patient: ['birthdate', 'family', '-name', '_lastUpdated', 'gender'],
  Observation: ['date', '-value-quantity', '-_lastUpdated', 'code', 'status'],
  Condition: ['recorded-date', 'code'],
};

const INCLUDES = [
  '_include=Observation:subject',
  '_include=Observation:performer',
  '_include=List:item',
  '_include:iterate=Observation:subject',
  '_revinclude=Observation:patient',
  '_revinclude=Condition:subject',
  '_revinclude=List:item',
  '_revinclude:iterate=Encounter:patient',
];

const CONTROLS = [
  '_total=accurate',
  '_total=estimate',
  '_summary=count',
  '_summary=true',
  '_count=2',
  '_count=0',
  '_elements=id,name,birthDate,value,code',
  '_offset=1',
  '_format=xml',
];

function condition(random: Random, type: string, pool: Pool): string {
  const parameter = random.pick(PARAMETERS[type] ?? ['_id']);
  const modifier = random.next() < 0.25 ? random.pick(MODIFIERS) : '';
  const value =
    modifier === ':missing' ? random.pick(['true', 'false']) : valueFor(random, parameter, pool);
  return `${parameter}${modifier}=${enc(value)}`;
}

/** The query of a search of one type, with everything that a search can say. */
export function query(random: Random, type: string, pool: Pool): string {
  const parts: string[] = [];
  for (let count = random.below(3); count >= 0; count -= 1) {
    const chains = CHAINS[type] ?? [];
    if (chains.length > 0 && random.next() < 0.3) {
      const [prefix, target] = random.pick(chains);
      parts.push(prefix + condition(random, target, pool));
    } else if (random.next() < 0.12) {
      parts.push(`_filter=${enc(filter(random, type, pool))}`);
    } else parts.push(condition(random, type, pool));
  }
  if (random.next() < 0.25) parts.push(`_sort=${random.pick(SORTS[type] ?? ['_lastUpdated'])}`);
  if (random.next() < 0.3) parts.push(random.pick(INCLUDES));
  if (random.next() < 0.5) parts.push(random.pick(CONTROLS));
  if (random.next() < 0.05) parts.push(`_list=${random.pick(pool.references).split('/')[1] ?? ''}`);
  return parts.join('&');
}

function filter(random: Random, type: string, pool: Pool): string {
  const parameter = random.pick(PARAMETERS[type] ?? ['_id']);
  const value = valueFor(random, parameter, pool).replace(/^(?:ge|lt|ne|sa|ap)/, '');
  const operator = random.pick(['eq', 'ne', 'co', 'sw', 'gt', 'lt', 'pr']);
  const right = operator === 'pr' ? random.pick(['true', 'false']) : JSON.stringify(value);
  const plain = `${parameter} ${operator} ${right}`;
  return random.next() < 0.3 ? `not (${plain})` : plain;
}

/** Searches by GET and POST, in a type, in a compartment, in the whole system. */
export const search: Grammar = (random, pool) => {
  const type = random.pick(TYPES);
  const pick = random.next();
  const text = query(random, type, pool);
  if (pick < 0.6) return { surface: 'search', method: 'GET', path: `${type}?${text}` };
  if (pick < 0.75) {
    return {
      surface: 'search by POST',
      method: 'POST',
      path: `${type}/_search`,
      body: text,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
  }
  if (pick < 0.9)
    return {
      surface: 'compartment',
      method: 'GET',
      path: `${random.pick(pool.patients)}/${type}?${text}`,
    };
  return {
    surface: 'system search',
    method: 'GET',
    path: `?_type=${type},${random.pick(TYPES)}&${random.pick(['_lastUpdated=ge2026', '_id=v1', '_text=Canaryb', `_id=${random.pick(pool.references).split('/')[1] ?? ''}`])}`,
  };
};
