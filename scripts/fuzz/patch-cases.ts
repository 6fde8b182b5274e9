import type { Random } from '../bench/random.ts';
import { type FuzzCase, JSON_TYPE, withBody } from './case.ts';
import { mutated } from './json-cases.ts';
import { nasty } from './words.ts';

const POINTERS = [
  '/name',
  '/name/0/family',
  '/name/-',
  '/',
  '',
  '/active',
  '/__proto__/x',
  '/meta',
];
const PATHS = [
  'Patient',
  'Patient.name',
  'Patient.name[0].family',
  'Patient.birthDate',
  'Patient.name.where(family.matches("(a+)+$"))',
  'Patient.repeat(contained)',
  '%resource',
  'Patient.deceased',
] as const;
const OPERATIONS = ['add', 'remove', 'replace', 'move', 'copy', 'test', 'nonsense'] as const;

/** A JSON Patch or FHIRPath Patch of a resource that is there. */
export function patchCase(random: Random): FuzzCase {
  const target = random.pick(['/Patient/patient-a', '/Patient/nobody', '/Patient?identifier=x']);
  return random.next() < 0.5 ? jsonPatch(random, target) : fhirPathPatch(random, target);
}

function jsonPatch(random: Random, target: string): FuzzCase {
  const patch = Array.from({ length: random.below(random.next() < 0.05 ? 5000 : 5) }, () => ({
    op: random.pick(OPERATIONS),
    path: random.next() < 0.7 ? random.pick(POINTERS) : nasty(random),
    from: random.pick(POINTERS),
    value: mutated(random, { family: 'x' }),
  }));
  return withBody('json-patch', 'PATCH', target, JSON.stringify(patch), {
    'content-type': 'application/json-patch+json',
  });
}

function fhirPathPatch(random: Random, target: string): FuzzCase {
  const parameter = Array.from({ length: 1 + random.below(4) }, () => ({
    name: 'operation',
    part: [
      { name: 'type', valueCode: random.pick(['add', 'insert', 'delete', 'replace', 'move', 'x']) },
      {
        name: 'path',
        valueString: random.next() < 0.8 ? random.pick(PATHS) : nasty(random),
      },
      { name: 'name', valueString: random.pick(['active', 'deceased', 'name', '__proto__']) },
      { name: 'index', valueInteger: random.below(5) - 1 },
      random.pick<object>([
        { name: 'value', valueString: nasty(random) },
        { name: 'value', valueBoolean: true },
        { name: 'value', part: [{ name: 'family', valueString: 'x' }] },
        { name: 'value' },
      ]),
    ],
  }));
  const body = { resourceType: 'Parameters', parameter };
  const sent = random.next() < 0.3 ? mutated(random, body) : body;
  return withBody('fhirpath-patch', 'PATCH', target, JSON.stringify(sent), JSON_TYPE);
}
