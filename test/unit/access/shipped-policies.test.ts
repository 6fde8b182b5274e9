import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { AccessPolicy } from '@medplum/fhirtypes';
import { readPolicy } from '../../../src/access/read-policy.ts';

const folder = join(import.meta.dirname, '../../../access-policies');
const files = ['', 'sandbox/'].flatMap((place) =>
  readdirSync(join(folder, place))
    .filter((file) => file.endsWith('.json'))
    .map((file) => place + file),
);
const read = (file: string): AccessPolicy =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as AccessPolicy;
const policies = new Map(
  files.map((file) => [file.replace('.json', '').replace('sandbox/', ''), read(file)]),
);
const ROLES = [...policies.keys()].filter((role) => role !== 'full').sort();
const pages = join(import.meta.dirname, '../../../docs/roles');
/** Resources that are about no person. */
const PUBLISHED = ['ActivityDefinition', 'Measure', 'PlanDefinition', 'Questionnaire'];
const DEFINITIONS = ['ActivityDefinition', 'PlanDefinition', 'Questionnaire'];
const entriesOf = (role: string) => readPolicy(policies.get(role)).entries;
const operationsOf = (role: string) => readPolicy(policies.get(role)).operations;

const ADMINISTRATIVE = [
  'AccessPolicy',
  'Bot',
  'ClientApplication',
  'CodeSystem',
  'ConceptMap',
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Project',
  'ProjectMembership',
  'SearchParameter',
  'StructureDefinition',
  'Subscription',
  'User',
  'UserConfiguration',
  'ValueSet',
];

describe('the shipped roles', () => {
  test('[R-035] each role is one AccessPolicy whose id is its file name, and the README explains it', () => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    expect([...policies.keys()].sort()).toEqual([...ROLES, 'full'].sort());
    for (const [role, policy] of policies) {
      expect(readPolicy(policy).id).toBe(role);
      expect(readme).toContain(role === 'full' ? '\n## full\n' : `(../docs/roles/${role}.md)`);
    }
  });

  test.each(ROLES)('[R-155] %s has a page that names what it may call', (role) => {
    const page = readFileSync(join(pages, `${role}.md`), 'utf8');
    for (const operation of operationsOf(role)) expect(page).toContain(`\`$${operation}\``);
    for (const heading of ['Who', 'Sees', 'Writes', 'Ends'])
      expect(page).toContain(`## ${heading}`);
  });

  test('[R-016] every role that reaches further than oneself demands two factors', () => {
    const demanding = ROLES.filter((role) => {
      const { acr } = readPolicy(policies.get(role)).conditions;
      return acr.join(' ') === 'urn:diga:acr:2fa urn:diga:acr:2fa-phr';
    });
    expect(demanding).toEqual([
      'admin',
      'auditor',
      'break-glass',
      'clinician',
      'researcher',
      'support',
    ]);
  });

  test('a patient reads only what is theirs, by patient or id, definitions, and whom a consent may name', () => {
    for (const { resourceType, criteria, interactions } of entriesOf('patient')) {
      if (resourceType === 'Organization') {
        // Who cannot see an organisation cannot refer to it, and so could not consent to it. Nobody is named by it.
        expect([criteria, [...interactions]]).toEqual([
          'Organization?active=true',
          ['read', 'search'],
        ]);
      } else if (DEFINITIONS.includes(resourceType)) {
        expect([...interactions]).toEqual(['read', 'search']);
      } else if (resourceType === 'Binary') {
        // Their securityContext says whose they are, and whoever reads that could change them too.
        expect(interactions).not.toContain('update');
      } else {
        expect(criteria).toMatch(/\?(?:patient=%patient(?:&|$)|_id=%patient\.id$)/);
      }
      expect(interactions).not.toContain('delete');
    }
  });

  test.each([
    ['clinician', 'treated'],
    ['related-person', 'represented'],
    ['break-glass', 'broken'],
    ['integration-partner', 'permitting'],
    ['researcher', 'enrolled'],
    ['sponsor', 'enrolled'],
  ])('[R-033] every rule of a %s on data of patients asks for the relation', (role, relation) => {
    const { entries, relations } = readPolicy(policies.get(role));
    expect(relations.map(({ name }) => name)).toContain(relation);
    for (const { resourceType, criteria = '', interactions } of entries) {
      if (resourceType === 'Binary') expect(interactions).not.toContain('update');
      else if (
        !PUBLISHED.includes(resourceType) &&
        !/=%(?:profile|study|partner)\.id$/.test(criteria)
      ) {
        const own = criteria === 'PractitionerRole?practitioner=%profile';
        expect([criteria, own || /[?&](?:patient|_id)=%[a-z]+(?:&|$)/.test(criteria)]).toEqual([
          criteria,
          true,
        ]);
      }
      expect(interactions).not.toContain('delete');
    }
  });

  test('[R-033] no role writes what makes a relation', () => {
    const makers = ['CareTeam', 'Encounter', 'Group', 'RelatedPerson', 'ProjectMembership'];
    for (const role of ROLES.filter((name) => name !== 'admin')) {
      for (const { resourceType, interactions } of entriesOf(role)) {
        const writes = interactions.has('create') || interactions.has('update');
        if (writes)
          expect([role, makers]).not.toEqual([role, expect.arrayContaining([resourceType])]);
      }
    }
  });

  test('[R-034] a sponsor reads nothing of patients', () => {
    for (const { resourceType, interactions, fields } of entriesOf('sponsor')) {
      if (PUBLISHED.includes(resourceType)) continue;
      expect(fields.aggregateOnly).toBe(10);
      expect([...interactions]).toEqual([]);
    }
  });

  test('an admin reaches no clinical type and no audit, an auditor nothing but audit', () => {
    expect(
      entriesOf('admin')
        .map(({ resourceType }) => resourceType)
        .sort(),
    ).toEqual(ADMINISTRATIVE);
    expect(entriesOf('auditor')).toEqual([
      expect.objectContaining({
        id: 'auditor#0',
        resourceType: 'AuditEvent',
        interactions: new Set(['read', 'search']),
      }),
    ]);
  });

  test('each operation belongs to its role; only the sandbox has all', () => {
    expect(operationsOf('patient')).toEqual(['export', 'redeem-activation-code']);
    expect(operationsOf('admin')).toEqual([
      'check',
      'explain',
      'expunge',
      'export',
      'get-resource-counts',
      'gkv-billing-status',
      'import',
      'jobs',
      'reindex',
      'rotate-secret',
    ]);
    expect(operationsOf('clinician')).toEqual([]);
    expect(operationsOf('auditor')).toEqual([
      'audit-checkpoint',
      'audit-keys',
      'consistency-proof',
      'inclusion-proof',
    ]);
    expect(operationsOf('support')).toEqual([
      'break-glass',
      'end-break-glass',
      'approve-break-glass',
    ]);
    expect(operationsOf('researcher')).toEqual(['export']);
    expect(operationsOf('sponsor')).toEqual(['evaluate-measure']);
    for (const role of ['break-glass', 'integration-partner', 'related-person']) {
      expect(operationsOf(role)).toEqual([]);
    }
    expect(operationsOf('full')).toEqual(['*']);
  });
});
