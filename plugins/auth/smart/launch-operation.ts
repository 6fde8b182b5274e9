import type { Encounter, Parameters } from '@medplum/fhirtypes';
import type { OperationCall, PluginRepository } from '../../../src/plugin/sdk.ts';
import type { LaunchContext } from './launch-context.ts';
import { invalid, readLaunch } from './launch-parameters.ts';
import { LAUNCH_TTL, type LaunchStore } from './launch-store.ts';

export interface LaunchParts {
  readonly launches: LaunchStore;
  /** FHIR base that the app is launched against. */
  readonly issuer: string;
  /** URL at which a client is launched; undefined: there is no such client, or it cannot be launched. */
  readonly launchUrl: (clientId: string) => Promise<string | undefined>;
  readonly now: () => number;
}

/**
 * `$smart-launch`: keeps what an app is to be launched about and gives the URL that opens it. The caller has to see all that
 * the context names, and nobody but the caller can use the launch.
 * @throws FhirError `AUTH_LAUNCH_INVALID`, `FHIR_NOT_FOUND`
 * @see https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
 */
export async function smartLaunch(parts: LaunchParts, call: OperationCall): Promise<Parameters> {
  const { client = call.id, context } = readLaunch(call.parameters);
  if (client === undefined) throw invalid('client is missing');
  if (call.id !== undefined && client !== call.id) {
    throw invalid('client and the URL name different clients');
  }
  const url = await parts.launchUrl(client);
  if (url === undefined) throw invalid('this client has no URL to be launched at');
  const whole = await seen(call.repository, context);
  const target = { clientId: client, profile: call.principal.reference };
  const launch = await parts.launches.create(target, whole);
  const opened = new URL(url);
  opened.searchParams.set('iss', parts.issuer);
  opened.searchParams.set('launch', launch);
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'launch', valueString: launch },
      { name: 'url', valueUrl: opened.href },
      { name: 'expires', valueInstant: new Date(parts.now() + LAUNCH_TTL * 1000).toISOString() },
    ],
  };
}

/** The context, with the patient of its encounter. What the caller does not see is not found. */
async function seen(repository: PluginRepository, context: LaunchContext): Promise<LaunchContext> {
  let { patient } = context;
  if (context.encounter !== undefined) {
    const encounter = await read<Encounter>(repository, context.encounter);
    const subject = encounter.subject?.reference;
    patient ??= subject?.startsWith('Patient/') === true ? subject : undefined;
    if (patient !== undefined && subject !== patient) {
      throw invalid('the encounter is not one of the patient');
    }
  }
  if (patient !== undefined) await read(repository, patient);
  for (const { reference } of context.fhirContext ?? []) await read(repository, reference);
  return patient === undefined ? context : { ...context, patient };
}

function read<T extends Encounter>(repository: PluginRepository, reference: string): Promise<T> {
  const [type = '', id = ''] = reference.split('/');
  return repository.read<T>(type as T['resourceType'], id);
}
