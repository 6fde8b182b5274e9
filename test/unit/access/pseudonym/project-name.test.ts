import { describe, expect, test } from '@jest/globals';
import { compilePolicy } from '../../../../src/access/compile.ts';
import { isProjectName, projectName } from '../../../../src/access/pseudonym/project-name.ts';
import { testDefinitions } from '../../../support/definitions.ts';
import { codeOf } from '../../../support/search.ts';

const variables = { profile: 'Practitioner/x', study: 'Group/s1', site: 'north' };
const definitions = testDefinitions([['Patient', 'gender', 'token', 'Patient.gender']], {});

const policy = (id: string, project?: string): never =>
  ({
    resourceType: 'AccessPolicy',
    id,
    resource: [{ resourceType: 'Patient', interaction: ['read', 'search'] }],
    ...(project === undefined
      ? {}
      : {
          extension: [
            {
              url: 'https://diga-server.dev/fhir/StructureDefinition/access-policy-pseudonym',
              valueString: project,
            },
          ],
        }),
  }) as never;

describe('the project of pseudonyms', () => {
  test('[R-133] is named by a text with at most one variable', () => {
    for (const name of ['research', '%study.id', 'trial %site', 'a-%study.id.b'])
      expect([name, isProjectName(name)]).toEqual([name, true]);
    for (const name of ['', '%', '%now', '%study.id%site', '%a-%b', '%study.type', 'a/b', 7])
      expect([name, isProjectName(name)]).toEqual([name, false]);
  });

  test('[R-133] has the value of the variable in it', () => {
    expect(projectName('trial-%study.id', variables)).toEqual({ project: 'trial-s1' });
    expect(projectName('%site', variables)).toEqual({ project: 'north' });
    expect(projectName('%study', variables)).toHaveProperty('malformed');
    expect(projectName('%other.id', variables)).toEqual({ unresolved: '%other.id' });
  });

  test('[R-133] is another one for each membership', () => {
    const of = (study: string) =>
      compilePolicy(definitions, [policy('p', '%study.id')], { ...variables, study }).pseudonyms;
    expect([of('Group/s1'), of('Group/s2')]).toEqual(['s1', 's2']);
  });

  test('[R-133] without a value nothing is allowed, least of all without pseudonyms', () => {
    const compiled = compilePolicy(definitions, [policy('p', '%other.id')], variables);
    expect(compiled.rules('Patient', 'read')).toEqual([]);
    expect(compiled.where('Patient', 'search')).toEqual({ kind: 'none' });
    expect(compiled.unresolved).toEqual([{ rule: 'p#0', variable: '%other.id' }]);
    expect(compiled.pseudonyms).toBeUndefined();
  });

  test('[R-133] one identity has one project', () => {
    const both = (...projects: (string | undefined)[]): string | undefined =>
      codeOf(() =>
        compilePolicy(
          definitions,
          projects.map((project, n) => policy(`p${String(n)}`, project)),
          variables,
        ),
      );
    expect(both('%study.id', 's1')).toBeUndefined();
    expect(both('%study.id', '%site')).toBe('POLICY_INVALID');
    expect(both('%study.id', undefined)).toBe('POLICY_INVALID');
  });
});
