import type { JsonResource } from '../storage/content.ts';

const MEDPLUM = 'https://medplum.com/fhir/StructureDefinition';

/** Extensions of a Subscription, those of Medplum among them. @see https://www.medplum.com/docs/subscriptions/subscription-extensions */
export const EXTENSIONS = {
  interaction: `${MEDPLUM}/subscription-supported-interaction`,
  fhirPath: `${MEDPLUM}/fhir-path-criteria-expression`,
  maxAttempts: `${MEDPLUM}/subscription-max-attempts`,
  successCodes: `${MEDPLUM}/subscription-success-codes`,
  preCommitBot: `${MEDPLUM}/pre-commit-bot`,
  secret: 'https://www.medplum.com/fhir/StructureDefinition/subscription-secret',
  owner: 'https://diga-server.dev/fhir/StructureDefinition/subscription-owner',
} as const;

/** An extension of a resource that has been validated. */
export interface Extension {
  readonly url: string;
  readonly extension?: readonly Extension[];
  readonly [value: string]: unknown;
}

/** The extensions of a resource or element. */
export function extensionsOf(resource: object): readonly Extension[] {
  const { extension } = resource as { readonly extension?: unknown };
  return Array.isArray(extension) ? (extension as Extension[]) : [];
}

/** Values of the extensions with that URL: `value[x]` of each. */
export function extensionValues(resource: JsonResource, url: string): readonly unknown[] {
  return extensionsOf(resource)
    .filter((extension) => extension.url === url)
    .map((extension) => {
      const key = Object.keys(extension).find((name) => name.startsWith('value'));
      return key === undefined ? undefined : extension[key];
    });
}
