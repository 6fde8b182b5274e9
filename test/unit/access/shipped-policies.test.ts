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
    expect([...policies.keys()].sort()).toEqual([
      'admin',
      'auditor',
      'clinician',
      'full',
      'patient',
    ]);
    for (const [role, policy] of policies) {
      expect(readPolicy(policy).id).toBe(role);
      expect(readme).toContain(`\n## ${role}\n`);
    }
  });

  test('a patient reads only what is theirs, by patient or id, and definitions', () => {
    for (const { resourceType, criteria, interactions } of entriesOf('patient')) {
      if (DEFINITIONS.includes(resourceType)) {
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

  test('a clinician is named by every rule on patient data', () => {
    for (const { resourceType, criteria, interactions } of entriesOf('clinician')) {
      if (resourceType === 'Binary') expect(interactions).not.toContain('update');
      else if (!DEFINITIONS.includes(resourceType)) {
        expect(criteria).toMatch(/=%profile(?:\.id)?$/);
      }
      expect(interactions).not.toContain('delete');
    }
  });

  test('an admin reaches no clinical type and no audit, an auditor nothing but audit', () => {
    expect(
      entriesOf('admin')
        .map(({ resourceType }) => resourceType)
        .sort(),
    ).toEqual(ADMINISTRATIVE);
    expect(entriesOf('auditor')).toEqual([
      { id: 'auditor#0', resourceType: 'AuditEvent', interactions: new Set(['read', 'search']) },
    ]);
  });

  test('each operation belongs to its role; only the sandbox has all', () => {
    expect(operationsOf('patient')).toEqual(['export', 'redeem-activation-code']);
    expect(operationsOf('admin')).toEqual([
      'expunge',
      'export',
      'get-resource-counts',
      'gkv-billing-status',
      'import',
      'reindex',
    ]);
    expect(operationsOf('clinician')).toEqual([]);
    expect(operationsOf('auditor')).toEqual([]);
    expect(operationsOf('full')).toEqual(['*']);
  });
});
