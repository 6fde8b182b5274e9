import { describe, expect, test } from '@jest/globals';
import type { Parameters } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { errorFactory, type PluginRepository } from '../../../../src/plugin/sdk.ts';
import { encounterChoices, patientChoices } from '../../smart/choices.ts';
import { launchContext, tokenResponseContext } from '../../smart/launch-context.ts';
import { readLaunch } from '../../smart/launch-parameters.ts';

type Parameter = NonNullable<Parameters['parameter']>[number];

const parameters = (...parameter: Parameter[]): Parameters => ({
  resourceType: 'Parameters',
  parameter,
});

describe('SMART App Launch 2.2, launch context', () => {
  test('parameters of $smart-launch', () => {
    const read = readLaunch(
      parameters(
        { name: 'client', valueString: 'growth-chart' },
        { name: 'patient', valueReference: { reference: 'Patient/1' } },
        { name: 'encounter', valueReference: { reference: 'Encounter/2' } },
        { name: 'intent', valueString: 'reconcile' },
        { name: 'needPatientBanner', valueBoolean: false },
        { name: 'fhirContext', valueReference: { reference: 'ImagingStudy/3' } },
        { name: 'fhirContext', valueReference: { reference: 'Task/4' } },
      ),
    );
    expect(read.client).toBe('growth-chart');
    expect(tokenResponseContext(read.context)).toEqual({
      patient: '1',
      need_patient_banner: false,
      encounter: '2',
      intent: 'reconcile',
      fhirContext: [{ reference: 'ImagingStudy/3' }, { reference: 'Task/4' }],
    });
  });

  test.each([
    ['a parameter that there is not', { name: 'user', valueString: 'x' }],
    ['a patient that is none', { name: 'patient', valueReference: { reference: 'Group/1' } }],
    [
      'a reference to elsewhere',
      { name: 'patient', valueReference: { reference: 'https://x/Patient/1' } },
    ],
    ['a patient as text', { name: 'patient', valueString: 'Patient/1' }],
    ['a reference to nothing', { name: 'patient', valueReference: {} }],
    ['an empty intent', { name: 'intent', valueString: '' }],
    ['a client as code', { name: 'client', valueCode: 'x' }],
    ['a context without a reference', { name: 'fhirContext', valueString: 'Task/1' }],
  ] satisfies [string, Parameter][])('%s is refused', (_what, parameter) => {
    expect(() => readLaunch(parameters(parameter))).toThrow(/The launch cannot be made/);
  });

  test('a parameter that is given twice is refused', () => {
    const patient = { name: 'patient', valueReference: { reference: 'Patient/1' } };
    expect(() => readLaunch(parameters(patient, patient))).toThrow(/several times/);
  });

  test('whatever is sent, what is read is a context or refused with a code', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.object({
            key: fc.constantFrom('name', 'valueReference', 'valueString', 'x'),
            maxDepth: 2,
          }),
        ),
        (sent) => {
          const given = sent.map((one) => ({ name: 'patient', ...one })) as Parameter[];
          try {
            const { context } = readLaunch(parameters(...given));
            expect(launchContext.safeParse(context).success).toBe(true);
          } catch (error) {
            expect(error).toMatchObject({ code: 'AUTH_LAUNCH_INVALID', status: 400 });
          }
        },
      ),
    );
  });

  test('without a patient the app is told nothing about a banner', () => {
    expect(tokenResponseContext({ encounter: 'Encounter/2' })).toEqual({ encounter: '2' });
    expect(tokenResponseContext({ patient: 'Patient/1' })).toEqual({
      patient: '1',
      need_patient_banner: true,
    });
  });
});

const denied = errorFactory({
  ACCESS_PARAMETER_BLOCKED: { status: 403, issue: 'forbidden', text: 'blocked' },
  SEARCH_BROKEN: { status: 500, issue: 'exception', text: 'broken' },
});

function repository(answer: (query: string) => object[]): {
  readonly repository: PluginRepository;
  readonly queries: string[];
} {
  const queries: string[] = [];
  const search = async (type: string, query: string): Promise<never> => {
    queries.push(`${type}?${query}`);
    return answer(query) as never;
  };
  return { repository: { search } as unknown as PluginRepository, queries };
}

describe('choosing what an app is about', () => {
  test('a date is a date of birth; anything else a name, an identifier, or an id', async () => {
    const { repository: store, queries } = repository(() => []);
    await patientChoices(store, '1971-02-03');
    await patientChoices(store, ' Beispiel ');
    await patientChoices(store, '');
    expect(queries).toEqual([
      'Patient?birthdate=1971-02-03&_count=20',
      'Patient?name=Beispiel&_count=20',
      'Patient?identifier=Beispiel&_count=20',
      'Patient?_id=Beispiel&_count=20',
      'Patient?_sort=-_lastUpdated&_count=20',
    ]);
  });

  test('whatever is typed stays the value of its parameter', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (typed) => {
        const { repository: store, queries } = repository(() => []);
        await patientChoices(store, typed.toWellFormed());
        for (const query of queries) {
          const names = [...new URLSearchParams(query.split('?')[1]).keys()];
          expect(names).toHaveLength(2);
          expect(names[1]).toBe('_count');
        }
      }),
    );
  });

  test('a patient is found once, with as much of a name as there is', async () => {
    const found = [
      {
        resourceType: 'Patient',
        id: '1',
        name: [{ given: ['Ada'], family: 'Beispiel' }],
        birthDate: '1971-02-03',
      },
      { resourceType: 'Patient', id: '2' },
    ];
    const { repository: store } = repository(() => found);
    expect(await patientChoices(store, 'Beispiel')).toEqual([
      { reference: 'Patient/1', label: 'Ada Beispiel, 1971-02-03, 1' },
      { reference: 'Patient/2', label: '2' },
    ]);
  });

  test('what a policy does not let be searched by finds nothing; another failure is one', async () => {
    const { repository: blocked } = repository(() => {
      throw denied('ACCESS_PARAMETER_BLOCKED');
    });
    expect(await patientChoices(blocked, 'Beispiel')).toEqual([]);
    const { repository: broken } = repository(() => {
      throw denied('SEARCH_BROKEN');
    });
    await expect(patientChoices(broken, 'Beispiel')).rejects.toMatchObject({
      code: 'SEARCH_BROKEN',
    });
  });

  test('encounters are those of the patient, the newest first', async () => {
    const { repository: store, queries } = repository(() => [
      {
        resourceType: 'Encounter',
        id: '7',
        class: { code: 'VR' },
        period: { start: '2026-11-02T08:00:00Z' },
      },
    ]);
    expect(await encounterChoices(store, 'Patient/1')).toEqual([
      { reference: 'Encounter/7', label: '2026-11-02, VR, 7' },
    ]);
    expect(queries).toEqual(['Encounter?patient=Patient%2F1&_sort=-date&_count=20']);
  });
});
