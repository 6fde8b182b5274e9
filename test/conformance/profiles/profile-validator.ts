import { mkdir } from 'node:fs/promises';
import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import { createLibrary } from '../../../src/conformance/library.ts';
import type { ConformanceSource } from '../../../src/conformance/model.ts';
import { layered } from '../../../src/conformance/stored.ts';
import { loadDefinitions } from '../../../src/definitions/load.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { validateProfiles } from '../../../src/fhir/validation/profile/validate-profiles.ts';
import { createValidator } from '../../../src/fhir/validation/validator.ts';
import { createInvariants } from '../../../src/fhirpath/invariants.ts';
import { createTerminology } from '../../../src/terminology/terminology.ts';
import { DEFINITIONS_CACHE } from '../../support/server.ts';
import { sharedFile } from '../validation/tgz.ts';

const log = { info: () => undefined, warn: () => undefined } as never;

/** What `$validate` does, with some packages loaded and without a server around it. */
export interface ProfileValidator {
  /** Errors only. */
  errors(
    resource: Readonly<Record<string, unknown>>,
    options?: { readonly profiles?: readonly string[]; readonly source?: ConformanceSource },
  ): Promise<readonly OperationOutcomeIssue[]>;
  close(): Promise<void>;
}

/** @param packages names of packages of the specification data, without `.tgz` */
export async function openProfileValidator(packages: readonly string[]): Promise<ProfileValidator> {
  await mkdir(DEFINITIONS_CACHE, { recursive: true });
  const definitions = await loadDefinitions({ cacheDirectory: DEFINITIONS_CACHE, log });
  const structure = createValidator(definitions);
  const library = createLibrary({
    cacheDirectory: DEFINITIONS_CACHE,
    log,
    packages: packages.flatMap((name) => sharedFile(`packages/${name}.tgz`) ?? []),
  });
  const invariants = createInvariants(20_000);
  return {
    async errors(resource, { profiles = [], source } = {}) {
      try {
        structure(resource);
      } catch (error) {
        if (isFhirError(error)) return error.outcome.issue;
        throw error;
      }
      const terminology = createTerminology(
        source === undefined ? library : layered(source, library),
      );
      const issues = await validateProfiles(
        { definitions, terminology, invariants },
        resource,
        profiles,
      );
      return issues.filter(({ severity }) => severity === 'error');
    },
    async close() {
      await invariants.close();
      await library.close();
    },
  };
}
