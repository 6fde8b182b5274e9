import { describe, expect, test } from '@jest/globals';
import { checkStockPolicy } from '../../../src/access/stock/check-stock-policy.ts';
import { checkStockResources } from '../../../src/access/stock/check-stock-resources.ts';
import { structuredDefinitions } from '../../support/structures.ts';

const check = (policy: object) =>
  checkStockPolicy(structuredDefinitions, { resourceType: 'AccessPolicy', ...policy }).map(
    ({ level, path, text }) => `${level} ${path ?? '-'}: ${text}`,
  );
const entries = (...resource: object[]) => check({ resource });

describe('AccessPolicies of a stock Medplum server', () => {
  test('what holds is told entry by entry', () => {
    expect(
      entries(
        { resourceType: 'Patient', criteria: 'Patient?gender=male' },
        { resourceType: 'Observation' },
      ),
    ).toEqual(
      expect.arrayContaining([
        'holds resource[0]: Patient?gender=male',
        'holds resource[1]: all of Observation',
      ]),
    );
  });

  test('all that is refused is told, not the first of it, each under its own number', () => {
    const found = check({
      compartment: { reference: 'Organization/1' },
      ipAccessRule: [
        { name: 'a', value: '*', action: 'allow' },
        { name: 'b', value: '10.1', action: 'block' },
      ],
      resource: [
        { resourceType: 'Patient' },
        { resourceType: 'Patient', hiddenFields: ['nix'] },
        { resourceType: 'Login' },
        'Patient',
      ],
    }).filter((text) => text.startsWith('refused'));
    expect(found).toEqual([
      'refused -: compartment is not supported',
      'refused resource[1]: hiddenFields "nix": there is no such element',
      'refused resource[2]: no policy can grant this resourceType',
      'refused resource[3]: it is not an object',
      'refused ipAccessRule[1]: value is no address, no network in CIDR notation and not *',
    ]);
  });

  test.each<[string, object[], string]>([
    [
      'an implied type',
      [{ resourceType: 'Patient' }],
      'differs -: SearchParameter can be read there',
    ],
    ['a variable', [{ resourceType: 'Patient', criteria: 'Patient?_id=%x' }], '%x'],
    ['all types', [{ resourceType: '*' }], 'they must be named'],
    ['a type for admins', [{ resourceType: 'Bot' }], 'only project admins get Bot there'],
    [
      'a hidden element',
      [{ resourceType: 'Patient', hiddenFields: ['name'] }],
      'searched and sorted by',
    ],
    [
      'a nested readonly one',
      [{ resourceType: 'Patient', readonlyFields: ['contact.name'] }],
      'here they stay',
    ],
    ['a string', [{ resourceType: 'Patient', criteria: 'Patient?name=a' }], 'name:contains'],
    [
      'a quantity',
      [{ resourceType: 'Observation', criteria: 'Observation?value-quantity=5' }],
      'never satisfy',
    ],
    [
      'several entries of a type',
      [{ resourceType: 'Patient', hiddenFields: ['name'] }, { resourceType: 'Patient' }],
      'the first that matches gives its hiddenFields',
    ],
  ])('where %s means something else, it says so', (_what, resource, text) => {
    expect(
      entries(...resource)
        .filter((found) => found.startsWith('differs'))
        .join('\n'),
    ).toContain(text);
  });

  test('a beginning of an address is told with the network that it stands for', () => {
    const of = (value: string) =>
      check({ ipAccessRule: [{ name: 'a', value, action: 'allow' }] }).join('\n');
    expect(of('10.1')).toContain('10.1.0.0/16 here');
    expect(of('192.168.7.')).toContain('192.168.7.0/24 here');
    expect(of('192.168.7.1')).not.toContain('beginning of text');
  });

  test('a file is one resource, a list, or a Bundle, and others are left out', () => {
    const policy = { resourceType: 'AccessPolicy', id: 'p' };
    const names = (content: unknown) =>
      checkStockResources(structuredDefinitions, content).map(({ name }) => name);
    expect(names(policy)).toEqual(['AccessPolicy/p']);
    expect(names([policy, { resourceType: 'Patient' }, null, 'x'])).toEqual(['AccessPolicy/p']);
    expect(names({ resourceType: 'Bundle', entry: [{ resource: policy }, {}] })).toEqual([
      'AccessPolicy/p',
    ]);
  });

  test('[R-031] a membership that relies on being allowed everything is told', () => {
    const found = (more: object) =>
      checkStockResources(structuredDefinitions, { resourceType: 'ProjectMembership', ...more })
        .flatMap(({ findings }) => findings)
        .map(({ level, text }) => `${level} ${text}`)
        .join('\n');
    expect(found({})).toContain('differs it names no policy');
    expect(found({ access: [] })).toContain('differs it names no policy');
    expect(found({ accessPolicy: { reference: 'AccessPolicy/p' } })).toBe(
      'holds it names its policies',
    );
    expect(found({ accessPolicy: {}, admin: true })).toContain('differs admin adds entries');
  });
});
