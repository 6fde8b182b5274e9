import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FhirClient } from '../../../../test/support/fhir-client.ts';
import { membership } from '../../../../test/support/resources.ts';
import { startTestServer, type TestServer } from '../../../../test/support/server.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const BASE = 'https://diga-server.dev/fhir/StructureDefinition/';

/** A server with the plugin, and sponsors to it. */
export interface ResearchServer extends TestServer {
  /** A new sponsor under a policy of the types that it may count. */
  sponsor(name: string, entries?: readonly object[]): Promise<FhirClient>;
}

/** Starts a server with the research plugin. @param settings of the plugin, such as `rounding=1` */
export async function startResearch(...settings: readonly string[]): Promise<ResearchServer> {
  const plugins = await mkdtemp(join(tmpdir(), 'diga-research-'));
  for (const [name, source] of [
    ['test-auth', 'test/support/plugins/test-auth/plugin.ts'],
    ['research', 'plugins/research/plugin.ts'],
  ] as const) {
    await mkdir(join(plugins, name));
    const path = JSON.stringify(join(ROOT, source));
    await writeFile(join(plugins, name, 'plugin.ts'), `export { default } from ${path};\n`);
  }
  const server = await startTestServer({
    plugins,
    settings: settings.map((setting) => `plugins.research.${setting}`),
  });
  return {
    ...server,
    async sponsor(name, entries = ['Patient', 'Observation'].map((type) => opened(type))) {
      const full = server.as('full');
      const put = async (type: string, body: object): Promise<void> => {
        const answer = await full.put(`${type}/${name}`, { resourceType: type, id: name, ...body });
        if (answer.status > 201) throw new Error(answer.text);
      };
      const operation = { url: `${BASE}access-policy-operation`, valueCode: 'evaluate-measure' };
      await put('AccessPolicy', { name, resource: entries, extension: [operation] });
      await put('Practitioner', {});
      await put('ProjectMembership', membership(name, `Practitioner/${name}`, name));
      return server.asProfile(`Practitioner/${name}`);
    },
    async close() {
      await server.close();
      await rm(plugins, { recursive: true, force: true });
    },
  };
}

/** An entry that opens a type to aggregates of at least ten people. */
export function opened(resourceType: string, more: object = {}): object {
  return {
    resourceType,
    extension: [{ url: `${BASE}access-policy-aggregate-only`, valuePositiveInt: 10 }],
    ...more,
  };
}

/** Makes somebody a sponsor of a study, by the policy that ships. */
export async function studySponsor(
  server: ResearchServer,
  name: string,
  study: string,
): Promise<FhirClient> {
  const full = server.as('full');
  await full.put(`Practitioner/${name}`, { resourceType: 'Practitioner', id: name });
  const { accessPolicy: _policy, ...rest } = membership(name, `Practitioner/${name}`, '') as {
    accessPolicy: unknown;
  };
  const access = {
    policy: { reference: 'AccessPolicy/sponsor' },
    parameter: [{ name: 'study', valueReference: { reference: study } }],
  };
  const answer = await full.put(`ProjectMembership/${name}`, { ...rest, access: [access] });
  if (answer.status > 201) throw new Error(answer.text);
  return server.asProfile(`Practitioner/${name}`);
}

/** A group of people to be stored. */
export interface Cohort {
  readonly count: number;
  readonly gender: string;
  readonly code: string;
  readonly date: string;
  readonly value?: number;
  readonly birthDate?: string;
}

/** Stores people with one Observation each; `<prefix>-0` and so on. */
export async function store(full: FhirClient, prefix: string, people: Cohort): Promise<void> {
  const { count, gender, code, date, value = 1, birthDate = '1980-05-05' } = people;
  const entry = Array.from({ length: count }, (_, index) => `${prefix}-${String(index)}`).flatMap(
    (id) => [
      put({ resourceType: 'Patient', id, gender, birthDate }),
      put({
        resourceType: 'Observation',
        id: `o-${id}`,
        status: 'final',
        code: { coding: [{ system: 'http://loinc.org', code }] },
        subject: { reference: `Patient/${id}` },
        effectiveDateTime: date,
        valueQuantity: { value, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
      }),
    ],
  );
  const answer = await full.post('', { resourceType: 'Bundle', type: 'transaction', entry });
  if (answer.status !== 200) throw new Error(answer.text);
}

function put(resource: {
  readonly resourceType: string;
  readonly id: string;
  readonly [element: string]: unknown;
}): object {
  return { resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } };
}

/** Stores a measure of one group. */
export async function measure(
  full: FhirClient,
  id: string,
  populations: Readonly<Record<string, string>>,
  stratifiers: readonly string[] = [],
  group: object = {},
): Promise<void> {
  const scoring =
    'numerator' in populations
      ? 'proportion'
      : 'measure-observation' in populations
        ? 'continuous-variable'
        : 'cohort';
  const query = (expression: string): object => ({
    language: 'application/x-fhir-query',
    expression,
  });
  const answer = await full.put(`Measure/${id}`, {
    resourceType: 'Measure',
    id,
    url: `https://sponsor.example/Measure/${id}`,
    status: 'active',
    scoring: { coding: [{ code: scoring }] },
    group: [
      {
        population: Object.entries(populations).map(([code, expression]) => ({
          code: { coding: [{ code }] },
          criteria: query(expression),
        })),
        ...(stratifiers.length === 0
          ? {}
          : { stratifier: stratifiers.map((expression) => ({ criteria: query(expression) })) }),
        ...group,
      },
    ],
  });
  if (answer.status > 201) throw new Error(answer.text);
}

/** Path of an evaluation. */
export function evaluation(id: string, start = '2026-07-01', end = '2026-09-30'): string {
  return `Measure/${id}/$evaluate-measure?periodStart=${start}&periodEnd=${end}`;
}

interface Population {
  readonly code: { readonly coding: readonly { readonly code: string }[] };
  readonly count?: number;
}

/** What a report says, without what does not matter to a test. */
export interface Report {
  readonly date: string;
  readonly meta: { readonly security: readonly { readonly code: string }[] };
  readonly group: readonly {
    readonly population: readonly Population[];
    readonly measureScore?: { readonly value: number };
    readonly extension?: readonly { readonly valueQuantity: { readonly value: number } }[];
    readonly stratifier?: readonly {
      readonly stratum: readonly {
        readonly value: { readonly text: string };
        readonly population: readonly Population[];
      }[];
    }[];
  }[];
}

/** Counts of a report: the group's populations, then those of each stratum by its name; `null` where withheld. */
export function counts(report: Report): Readonly<Record<string, readonly (number | null)[]>> {
  const numbers = (population: readonly Population[]): readonly (number | null)[] =>
    population.map(({ count }) => count ?? null);
  const [group] = report.group;
  return Object.fromEntries([
    ['total', numbers(group?.population ?? [])],
    ...(group?.stratifier ?? []).flatMap(({ stratum }) =>
      stratum.map(({ value, population }) => [value.text, numbers(population)] as const),
    ),
  ]);
}
