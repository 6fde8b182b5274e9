import { describe, expect, test } from '@jest/globals';
import type { AccessPolicy, AccessPolicyResource } from '@medplum/fhirtypes';
import { toStockPolicy } from '../../../src/access/stock/to-stock-policy.ts';

const BASE = 'https://diga-server.dev/fhir/StructureDefinition/';

function converted(entries: readonly object[], extension: readonly object[] = []) {
  const resource = [...entries] as AccessPolicyResource[];
  const policy = { resourceType: 'AccessPolicy', id: 'x', name: 'X', extension, resource };
  return toStockPolicy(policy as unknown as AccessPolicy);
}

const READABLE = { resourceType: 'Organization', interaction: ['read', 'search'] };
const RELATION = {
  url: `${BASE}access-policy-relation`,
  extension: [
    { url: 'name', valueCode: 'treated' },
    { url: 'criteria', valueString: 'Patient?general-practitioner=%profile' },
  ],
};

describe('a policy for a stock Medplum server', () => {
  test.each<[string, object]>([
    ['by relation', { resourceType: 'Observation', criteria: 'Observation?patient=%treated' }],
    ['by id of a relation', { resourceType: 'Patient', criteria: 'Patient?_id=%treated.id' }],
    [
      'for aggregates alone',
      {
        ...READABLE,
        extension: [{ url: `${BASE}access-policy-aggregate-only`, valuePositiveInt: 10 }],
      },
    ],
    ['with a mask', { ...READABLE, extension: [{ url: `${BASE}access-policy-mask` }] }],
    [
      'with a blocked parameter',
      {
        ...READABLE,
        extension: [{ url: `${BASE}access-policy-blocked-parameter`, valueCode: 'name' }],
      },
    ],
    ['with an extension that is not known', { ...READABLE, extension: [{ url: 'urn:new' }] }],
    ['for *', { resourceType: '*' }],
    [
      'whose variable begins like another',
      { resourceType: 'List', criteria: 'List?patient=%patient_org' },
    ],
    ['with a chain', { resourceType: 'List', criteria: 'List?subject:Patient.name=x' }],
    ['with _has', { resourceType: 'Patient', criteria: 'Patient?_has:List:subject:code=x' }],
    ['that hides a choice', { resourceType: 'Patient', hiddenFields: ['multipleBirth[x]'] }],
    ['that hides an extension', { resourceType: 'Patient', hiddenFields: ["extension('urn:x')"] }],
    ['that keeps a nested element', { resourceType: 'Patient', readonlyFields: ['contact.name'] }],
  ])('leaves out an entry %s, and keeps the others', (_title, entry) => {
    const { policy, losses } = converted([entry, READABLE], [RELATION]);
    expect(policy?.resource).toEqual([READABLE]);
    expect(losses).toContainEqual(
      expect.objectContaining({ level: 'left-out', path: 'resource[0]' }),
    );
  });

  test('is none where nothing is left of it: without entries it must not come to a server that allows by default', () => {
    const entry = { resourceType: 'Patient', criteria: 'Patient?_id=%treated' };
    expect(converted([entry], [RELATION]).policy).toBeUndefined();
    expect(converted([]).policy).toBeUndefined();
  });

  test.each(['access-policy-pseudonym', 'access-policy-period', 'access-policy-of-tomorrow'])(
    'is none where the policy as a whole hangs on %s',
    (name) => {
      const { policy, losses } = converted([READABLE], [{ url: `${BASE}${name}` }]);
      expect(policy).toBeUndefined();
      expect(losses).toEqual([{ level: 'left-out', text: expect.stringContaining(name) }]);
    },
  );

  test('says what is lost without an entry being lost: second factor, operations, reach of hidden elements and files', () => {
    const { policy, losses } = converted(
      [
        { resourceType: 'Patient', criteria: 'Patient?_id=%patient.id', hiddenFields: ['name'] },
        { resourceType: 'Binary', interaction: ['read'] },
        { resourceType: 'Project' },
        { resourceType: 'Group', criteria: 'Group?_id=%study.id' },
      ],
      [
        { url: `${BASE}access-policy-acr`, valueString: 'urn:diga:acr:2fa' },
        { url: `${BASE}access-policy-operation`, valueCode: 'export' },
      ],
    );
    expect(policy?.resource).toHaveLength(4);
    expect(policy).not.toHaveProperty('extension');
    expect(policy).not.toHaveProperty('id');
    const texts = losses.map(({ text }) => text).join('\n');
    expect(texts).toContain('mfaRequired');
    expect(texts).toContain('export');
    expect(texts).toContain('searched and sorted by: name');
    expect(texts).toContain('securityContext');
    expect(texts).toContain('Project are open there to members with admin alone');
    expect(losses).toContainEqual(expect.objectContaining({ level: 'needs', path: 'resource[3]' }));
  });

  test('says that older releases read by entries that let only write, where those are wider', () => {
    const read = {
      resourceType: 'Patient',
      criteria: 'Patient?_id=%patient.id',
      readonly: true,
      interaction: ['read'],
    };
    const wide = { resourceType: 'Patient', interaction: ['create'] };
    const narrow = {
      resourceType: 'Patient',
      criteria: 'Patient?_id=%patient.id&active=true',
      interaction: ['update'],
    };
    const about = (entries: readonly object[]) =>
      converted(entries).losses.filter(({ text }) => text.includes('5.0.10'));
    expect(about([read, wide]).map(({ path }) => path)).toEqual(['resource[1]']);
    expect(about([read, narrow])).toEqual([]);
    expect(about([wide])).toEqual([]);
  });
});
