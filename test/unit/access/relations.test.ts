import { describe, expect, test } from '@jest/globals';
import type { AccessPolicy } from '@medplum/fhirtypes';
import { compilePolicy } from '../../../src/access/compile.ts';
import { readRelation } from '../../../src/access/relations/read-relation.ts';
import {
  atRequest,
  dependsOnTime,
  NOW_PLACEHOLDER,
} from '../../../src/access/relations/request-time.ts';
import type { Definitions, SearchParameterDefinition } from '../../../src/definitions/model.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import type { SearchExpression } from '../../../src/search/expression.ts';

const URL = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-relation';

const parameter = (
  code: string,
  type: SearchParameterDefinition['type'],
  targets: readonly string[] = [],
): SearchParameterDefinition => ({ code, type, url: `urn:${code}`, expression: code, targets });
const PARAMETERS: Readonly<Record<string, readonly SearchParameterDefinition[]>> = {
  Patient: [
    parameter('_id', 'token'),
    parameter('general-practitioner', 'reference', ['Practitioner']),
  ],
  CareTeam: [
    parameter('patient', 'reference', ['Patient']),
    parameter('participant', 'reference', ['Practitioner']),
    parameter('status', 'token'),
    parameter('date', 'date'),
  ],
  Observation: [
    parameter('patient', 'reference', ['Patient']),
    parameter('device', 'reference', ['Device']),
    parameter('code', 'token'),
    parameter('value', 'string'),
  ],
  AccessPolicy: [],
  Practitioner: [],
  AuditEvent: [parameter('patient', 'reference', ['Patient'])],
};
const definitions: Definitions = {
  resourceTypes: Object.keys(PARAMETERS),
  isResourceType: (name) => Object.hasOwn(PARAMETERS, name),
  structure: () => undefined,
  searchParameters: (type) => new Map((PARAMETERS[type] ?? []).map((one) => [one.code, one])),
  patientCompartment: (type) => (type === 'Observation' ? ['patient'] : []),
  requiredCodes: () => undefined,
  requiredSystem: () => undefined,
};

/** A relation as it stands in a policy. */
function relation(
  name: string,
  criteria: string,
  patient?: string,
  during: readonly string[] = [],
): NonNullable<AccessPolicy['extension']>[number] {
  return {
    url: URL,
    extension: [
      { url: 'name', valueCode: name },
      { url: 'criteria', valueString: criteria },
      ...(patient === undefined ? [] : [{ url: 'patient', valueCode: patient }]),
      ...during.map((code) => ({ url: 'during', valueCode: code })),
    ],
  };
}
const TEAM = relation('treated', 'CareTeam?participant=%profile&status=active', 'patient');

let now = 1_000_000;
const clock = { now: () => now };
function compile(
  extension: AccessPolicy['extension'],
  criteria: string,
  parameters: Readonly<Record<string, string>> = {},
) {
  const resourceType = criteria.split('?', 1)[0] as 'Observation';
  const policy = {
    resourceType: 'AccessPolicy',
    id: 'p',
    extension,
    resource: [{ resourceType, criteria }],
  };
  return compilePolicy(
    definitions,
    [policy as AccessPolicy],
    { profile: 'Practitioner/c', ...parameters },
    clock,
  );
}
const whereOf = (...args: Parameters<typeof compile>): SearchExpression =>
  compile(...args).where(args[1].split('?', 1)[0] as string, 'read');
function refusalOf(...args: Parameters<typeof compile>): string {
  try {
    compile(...args);
    return 'compiled';
  } catch (error) {
    if (!isFhirError(error) || error.code !== 'POLICY_INVALID') throw error;
    return error.outcome.issue[0]?.details?.text ?? '';
  }
}

describe('relations of a policy', () => {
  test('[R-033] all criteria of one hold for the same resource', () => {
    expect(whereOf([TEAM], 'Observation?patient=%treated')).toEqual({
      kind: 'chain',
      param: 'patient',
      target: 'Patient',
      where: {
        kind: 'has',
        source: 'CareTeam',
        param: 'patient',
        where: {
          kind: 'and',
          operands: [
            { kind: 'reference', param: 'participant', type: 'Practitioner', id: 'c' },
            { kind: 'token', param: 'status', code: 'active' },
          ],
        },
      },
    });
  });

  test('[R-033] several of one name are alternatives, gone once for each way to the patient', () => {
    const where = whereOf(
      [
        TEAM,
        relation('treated', 'CareTeam?participant=Practitioner/d', 'patient'),
        relation('treated', 'Patient?general-practitioner=%profile'),
      ],
      'Patient?_id=%treated',
    );
    expect(where).toMatchObject({ kind: 'or' });
    const ways = where.kind === 'or' ? where.operands : [];
    expect(ways.map(({ kind }) => kind).sort()).toEqual(['has', 'reference']);
    expect(ways.find(({ kind }) => kind === 'has')).toMatchObject({ where: { kind: 'or' } });
  });

  test('[R-033] several in one entry must hold for the same patient', () => {
    const other = relation('other', 'Patient?general-practitioner=%profile');
    expect(
      whereOf([TEAM, other], 'Observation?patient=%treated&patient=%other&code=x'),
    ).toMatchObject({
      kind: 'and',
      operands: [
        { kind: 'chain', where: { kind: 'and' } },
        { kind: 'token', code: 'x' },
      ],
    });
  });

  test('a compartment is reached without a parameter', () => {
    expect(whereOf([TEAM], 'Observation?_compartment=%treated')).toMatchObject({
      kind: 'chain',
      param: '_compartment',
    });
    const policy = compilePolicy(
      definitions,
      [
        {
          resourceType: 'AccessPolicy',
          id: 'p',
          extension: [TEAM],
          resource: [{ resourceType: '*', criteria: '*?_compartment=%treated' }],
        },
      ],
      { profile: 'Practitioner/c' },
    );
    expect(policy.rules('Observation', 'read')).toHaveLength(1);
    for (const type of ['AuditEvent', 'AccessPolicy', 'CareTeam']) {
      expect(policy.rules(type, 'read')).toHaveLength(0);
    }
  });

  test('a variable without a value leaves the entry without effect', () => {
    const study = relation('inside', 'CareTeam?participant=%nobody', 'patient');
    const policy = compile([study], 'Observation?patient=%inside');
    expect(policy.rules('Observation', 'read')).toEqual([]);
    expect(policy.unresolved).toEqual([{ rule: 'p#0', variable: '%nobody' }]);
  });

  test.each([
    ['a name that is taken', [relation('profile', 'CareTeam?status=active', 'patient')], ''],
    ['no patient', [relation('x', 'CareTeam?status=active')], ''],
    [
      'a parameter that leads elsewhere',
      [relation('x', 'CareTeam?status=active', 'participant')],
      '',
    ],
    ['an unknown type', [relation('x', 'Teams?status=active', 'patient')], ''],
    ['the ledger', [relation('x', 'AuditEvent?patient=Patient/1', 'patient')], ''],
    ['no condition', [relation('x', 'CareTeam?', 'patient')], ''],
    ['an unknown parameter', [relation('x', 'CareTeam?nonsense=1', 'patient')], ''],
    [
      'a period that is no date',
      [relation('x', 'CareTeam?status=active', 'patient', ['status'])],
      '',
    ],
    ['now where no date stands', [relation('x', 'CareTeam?status=%now', 'patient')], ''],
    [
      'a part that is unknown',
      [{ ...TEAM, extension: [...(TEAM.extension ?? []), { url: 'x', valueCode: 'y' }] }],
      '',
    ],
    [
      'a part given twice',
      [
        {
          ...TEAM,
          extension: [...(TEAM.extension ?? []), { url: 'patient', valueCode: 'patient' }],
        },
      ],
      '',
    ],
    ['a use as a device', [TEAM], 'Observation?device=%treated'],
    ['a use as text', [TEAM], 'Observation?value=%treated'],
    ['a use on the ledger', [TEAM], 'AuditEvent?patient=%treated'],
    ['a use on policies', [TEAM], 'AccessPolicy?patient=%treated'],
  ])('%s is refused', (_what, extension, criteria) => {
    const refused = refusalOf(extension, criteria === '' ? 'Observation?patient=%x' : criteria);
    expect(refused).toMatch(/^The AccessPolicy p cannot be enforced: /);
  });

  test('a relation is the whole value: beside others it is a variable that has none', () => {
    const policy = compile([TEAM], 'Observation?patient=Patient/1,%treated');
    expect(policy.rules('Observation', 'read')).toEqual([]);
  });

  test('a parameter of the membership cannot take the name of a relation', () => {
    const refused = refusalOf([TEAM], 'Observation?patient=%treated', { treated: 'Patient/1' });
    expect(refused).toContain('treated');
  });

  test('reading one refuses what is not understood', () => {
    const refuse = (reason: string): never => {
      throw new TypeError(reason);
    };
    expect(() => readRelation({ url: URL, valueString: 'x' }, refuse)).toThrow('has parts');
    expect(() =>
      readRelation({ url: URL, extension: [{ url: 'name', valueString: 'x' }] }, refuse),
    ).toThrow('valueCode');
    expect(readRelation(TEAM as unknown as Record<string, unknown>, refuse)).toEqual({
      name: 'treated',
      criteria: 'CareTeam?participant=%profile&status=active',
      patient: 'patient',
      during: [],
    });
  });
});

describe('%now', () => {
  test('[R-033] is the moment of asking, not that of compiling', () => {
    const timed = relation('timed', 'CareTeam?date=ge%now', 'patient');
    const where = whereOf([timed], 'Observation?patient=%timed');
    expect(dependsOnTime(where)).toBe(true);
    const date = (where as { where: { where: { low: number; high: number } } }).where.where;
    now = 2_000_000;
    expect([date.low, date.high]).toEqual([2_000_000, 2_000_001]);
    now = 3_000_000;
    expect(date.low).toBe(3_000_000);
  });

  test('[R-033] bounds a period that is running, and one that is not given', () => {
    const timed = relation('timed', 'CareTeam?status=active', 'patient', ['date']);
    const where = whereOf([timed], 'Observation?patient=%timed');
    expect(JSON.stringify(where)).toContain('"missing":true');
    expect(dependsOnTime(where)).toBe(true);
  });

  test('leaves other dates alone', () => {
    const fixed: SearchExpression = { kind: 'date', param: 'd', comparator: 'ge', low: 1, high: 2 };
    expect(atRequest(fixed, clock)).toBe(fixed);
    const low = Date.parse(NOW_PLACEHOLDER);
    expect(dependsOnTime(atRequest({ ...fixed, low, high: low + 1 }, clock))).toBe(true);
  });
});
