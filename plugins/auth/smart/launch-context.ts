import { z } from 'zod';

const reference = (type: string) => z.string().regex(new RegExp(`^${type}/[A-Za-z0-9.-]{1,64}$`));

/**
 * What an app is launched about.
 * @see https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token
 */
export const launchContext = z.strictObject({
  /** `Patient/…` */
  patient: reference('Patient').optional(),
  /** `Encounter/…` */
  encounter: reference('Encounter').optional(),
  /** What the user wants the app to do, in words that launcher and app have agreed on. */
  intent: z.string().min(1).max(200).optional(),
  /** Further resources. */
  fhirContext: z
    .array(z.strictObject({ reference: reference('[A-Z][A-Za-z]+') }))
    .max(20)
    .optional(),
  /** Whether the app has to show which patient it is about; the launcher's own frame may do so already. */
  needPatientBanner: z.boolean().optional(),
});

/** Validated launch context. */
export type LaunchContext = z.output<typeof launchContext>;

/** Members of a token response that tell the app its context: ids alone, as the specification wants them. */
export function tokenResponseContext(context: LaunchContext): Readonly<Record<string, unknown>> {
  const { patient, encounter, intent, fhirContext, needPatientBanner } = context;
  return {
    ...(patient === undefined
      ? {}
      : { patient: idOf(patient), need_patient_banner: needPatientBanner ?? true }),
    ...(encounter === undefined ? {} : { encounter: idOf(encounter) }),
    ...(intent === undefined ? {} : { intent }),
    ...(fhirContext === undefined ? {} : { fhirContext }),
  };
}

function idOf(reference: string): string {
  return reference.slice(reference.indexOf('/') + 1);
}
