import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AccessPolicy } from '@medplum/fhirtypes';
import { compilePolicy } from '../../../src/access/compile.ts';
import type { CompiledPolicy } from '../../../src/access/policy.ts';
import { POLICY_RELATION_EXTENSION } from '../../../src/access/relations/read-relation.ts';
import { declaredPrincipal } from '../../../src/identity/principals.ts';
import { ALL } from '../../../src/search/expression.ts';
import type { IndexedResource } from '../../../src/search/index-values.ts';
import { matches } from '../../../src/search/match.ts';
import type { AccessContext } from '../../../src/storage/access-context.ts';
import type { ClinicalStore } from '../../../src/storage/clinical-store.ts';
import type { JsonResource } from '../../../src/storage/content.ts';
import { holds } from '../../../src/storage/repository/judging/ground.ts';
import { readResource } from '../../../src/storage/repository/reading/read.ts';
import { searchResources } from '../../../src/storage/repository/searching/search.ts';
import { indexed } from '../../../src/storage/repository/judging/stored.ts';
import { createResource, deleteResource } from '../../../src/storage/repository/writing/write.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

const DOCTORS = ['d0', 'd1'];
const PATIENTS = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'];
const TYPES = ['Patient', 'CareTeam', 'Encounter', 'Group', 'Observation', 'Appointment'] as const;

let own: TestStore;
let store: ClinicalStore;
const world = new Map<string, IndexedResource[]>();

/** Numbers that look random and are the same each time. */
let seed = 42;
function pick(below: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * below);
}
const oneOf = <T>(list: readonly T[]): T => list[pick(list.length)] as T;
const ref = (type: string, id: string): { reference: string } => ({ reference: `${type}/${id}` });
function maybePeriod(): object {
  const period = oneOf([
    undefined,
    { end: '2020-01-01' },
    { start: '2020-01-01' },
    { start: '2099-01-01' },
  ]);
  return period === undefined ? {} : { period };
}
const participants = (member: string): object[] =>
  Array.from({ length: 1 + pick(2) }, () => ({
    [member]: ref('Practitioner', oneOf(DOCTORS)),
    ...maybePeriod(),
  }));

/** A small world of each kind of resource that the relations below look at. */
function resources(): readonly object[] {
  const numbered = (count: number, make: (n: number) => object): object[] =>
    Array.from({ length: count }, (_, n) => make(n));
  return [
    ...PATIENTS.map((id) => ({
      resourceType: 'Patient',
      id,
      ...(pick(4) === 0 ? { generalPractitioner: [ref('Practitioner', oneOf(DOCTORS))] } : {}),
    })),
    ...numbered(12, (n) => ({
      resourceType: 'CareTeam',
      id: `t${String(n)}`,
      status: oneOf(['active', 'inactive']),
      subject: pick(8) === 0 ? ref('Group', 'g0') : ref('Patient', oneOf(PATIENTS)),
      participant: participants('member'),
      ...maybePeriod(),
    })),
    ...numbered(8, (n) => ({
      resourceType: 'Encounter',
      id: `e${String(n)}`,
      status: oneOf(['in-progress', 'finished']),
      class: { code: 'AMB' },
      subject: ref('Patient', oneOf(PATIENTS)),
      participant: participants('individual'),
    })),
    ...numbered(2, (n) => ({
      resourceType: 'Group',
      id: `g${String(n)}`,
      type: 'person',
      actual: true,
      member: PATIENTS.filter(() => pick(2) === 0)
        .concat('p0')
        .map((id) => ({
          entity: ref('Patient', id),
          ...(pick(4) === 0 ? { inactive: true } : {}),
          ...maybePeriod(),
        })),
    })),
    ...numbered(40, (n) => ({
      resourceType: 'Observation',
      id: `o${String(n)}`,
      status: 'final',
      code: { text: 'x' },
      ...(pick(10) === 0 ? {} : { subject: ref('Patient', oneOf(PATIENTS)) }),
      ...(pick(3) === 0 ? { performer: [ref('Patient', oneOf(PATIENTS))] } : {}),
    })),
    ...numbered(15, (n) => ({
      resourceType: 'Appointment',
      id: `a${String(n)}`,
      status: 'booked',
      participant: Array.from({ length: 1 + pick(3) }, () => ({
        actor: ref('Patient', oneOf(PATIENTS)),
        status: 'accepted',
      })),
    })),
    // So many that a search goes on with the set of all patients after it has asked for some rows.
    ...numbered(140, (n) => ({
      resourceType: 'Observation',
      id: `more${String(n)}`,
      status: 'final',
      code: { text: 'x' },
      subject: ref('Patient', oneOf(PATIENTS)),
      ...(pick(3) === 0 ? { performer: [ref('Patient', oneOf(PATIENTS))] } : {}),
    })),
  ];
}

beforeAll(async () => {
  own = await openTestStore();
  ({ store } = own);
  for (const made of resources()) {
    const resource = made as unknown as JsonResource;
    await createResource(store, own.everything, { resource, exact: resource }, resource.id);
  }
}, 120_000);
afterAll(() => own.close(), 30_000);

const relation = (name: string, criteria: string, patient?: string, during?: string): object => ({
  url: POLICY_RELATION_EXTENSION,
  extension: [
    { url: 'name', valueCode: name },
    { url: 'criteria', valueString: criteria },
    ...(patient === undefined ? [] : [{ url: 'patient', valueCode: patient }]),
    ...(during === undefined ? [] : [{ url: 'during', valueCode: during }]),
  ],
});
const RELATIONS = [
  relation('treated', 'CareTeam?participant-always=%profile&status=active', 'patient', 'date'),
  relation(
    'treated',
    'CareTeam?participant-period=%profile$ap%now&status=active',
    'patient',
    'date',
  ),
  relation('treated', 'Encounter?participant-always=%profile&status=in-progress', 'patient'),
  relation('treated', 'Encounter?participant-period=%profile$ap%now&status=in-progress', 'patient'),
  relation('treated', 'Patient?general-practitioner=%profile'),
  relation('enrolled', 'Group?_id=g0', 'current-member'),
  relation('followed', 'Encounter?subject:Patient.general-practitioner=%profile', 'patient'),
];
const CRITERIA = [
  'Observation?patient=%treated',
  'Observation?subject=%treated',
  'Observation?performer=%enrolled',
  'Observation?_compartment=%treated',
  'Observation?patient=%treated&patient=%enrolled',
  'Observation?subject=%treated&performer=%enrolled',
  'Appointment?actor=%treated',
  'Appointment?_compartment=%enrolled',
  'Patient?_id=%treated',
  'Patient?_compartment=%enrolled',
  'CareTeam?patient=%enrolled',
  'Observation?patient=%followed',
];

function policyOf(doctor: string, criteria: string): CompiledPolicy {
  const policy = {
    resourceType: 'AccessPolicy',
    id: 'p',
    extension: RELATIONS,
    resource: [{ resourceType: criteria.split('?', 1)[0], criteria }],
  };
  const profile = `Practitioner/${doctor}`;
  return compilePolicy(store.definitions, [policy as AccessPolicy], { profile }, store.clock);
}

describe('relations in SQL and in memory', () => {
  beforeAll(async () => {
    for (const type of TYPES) {
      const { entries } = await searchResources(store, own.everything, {
        type,
        where: ALL,
        sort: [],
        count: 500,
        total: 'none',
        used: [],
      });
      world.set(
        type,
        entries.map(({ id, content }) =>
          indexed(store, JSON.parse(content) as JsonResource, id, 0),
        ),
      );
    }
  });

  test.each(DOCTORS.flatMap((doctor) => CRITERIA.map((criteria) => [doctor, criteria] as const)))(
    '[R-036] %s sees by %s the same on every way',
    async (doctor, criteria) => {
      const type = criteria.split('?', 1)[0] as string;
      const policy = policyOf(doctor, criteria);
      const where = policy.where(type, 'read');
      const all = { resources: (name: string) => world.get(name) ?? [] };
      const expected = (world.get(type) ?? [])
        .filter((resource) => matches(where, resource, all))
        .map(({ id }) => id)
        .sort();
      const context: AccessContext = {
        principal: declaredPrincipal(`Practitioner/${doctor}`, 'test', policy),
        requestId: 'test',
      };
      // As a list, as a set that is made once, and by asking each row.
      for (const listedLinks of [1_000, 0]) {
        const page = await searchResources({ ...store, listedLinks }, context, {
          type,
          where: ALL,
          sort: [],
          count: 500,
          total: 'accurate',
          used: [],
        });
        expect(page.entries.map(({ id }) => id).sort()).toEqual(expected);
        expect(page.total).toBe(expected.length);
      }
      for (const resource of world.get(type) ?? []) {
        const sees = expected.includes(resource.id);
        expect(await holds(store, store.database, where, resource)).toBe(sees);
        const read = readResource(store, context, type, resource.id).then(
          () => true,
          () => false,
        );
        expect(await read).toBe(sees);
      }
    },
    30_000,
  );

  test('the relations of the world hold for some and not for others', () => {
    const all = { resources: (name: string) => world.get(name) ?? [] };
    const shares = CRITERIA.map((criteria) => {
      const type = criteria.split('?', 1)[0] as string;
      const where = policyOf('d0', criteria).where(type, 'read');
      const resources = world.get(type) ?? [];
      const seen = resources.filter((resource) => matches(where, resource, all));
      return seen.length / resources.length;
    });
    expect(shares.filter((share) => share > 0 && share < 1).length).toBeGreaterThan(7);
  });

  test('[R-033] a patient who is deleted is nobody’s, and their care team opens nothing', async () => {
    const before = world.get('Observation')?.length ?? 0;
    expect(before).toBeGreaterThan(0);
    const policy = policyOf('d0', 'Observation?patient=%treated');
    const where = policy.where('Observation', 'read');
    const seen = (world.get('Observation') ?? []).filter((resource) =>
      matches(where, resource, { resources: (name) => world.get(name) ?? [] }),
    );
    const patient = seen[0]?.patients[0] as string;
    await deleteResource(store, own.everything, 'Patient', patient);
    const of = seen.filter(({ patients }) => patients.includes(patient));
    for (const resource of of) {
      const others = resource.patients.filter((id) => id !== patient);
      if (others.length === 0)
        expect(await holds(store, store.database, where, resource)).toBe(false);
    }
  });
});
