import type { Parameters } from '@medplum/fhirtypes';
import { z } from 'zod';
import { authError } from '../errors.ts';
import { type LaunchContext, launchContext } from './launch-context.ts';

/** A launch as it is asked for. */
export interface LaunchRequest {
  /** Client that is launched; absent where the URL names it. */
  readonly client?: string;
  readonly context: LaunchContext;
}

const launchRequest = launchContext.extend({ client: z.string().min(1).max(64).optional() });

type ValueKey = 'valueString' | 'valueReference' | 'valueBoolean';

const NAMES: ReadonlySet<string> = new Set([
  'client',
  'patient',
  'encounter',
  'intent',
  'fhirContext',
  'needPatientBanner',
]);

/** Reads the parameters of `$smart-launch`. @throws FhirError `AUTH_LAUNCH_INVALID` */
export function readLaunch({ parameter = [] }: Parameters): LaunchRequest {
  const unknown = parameter.find(({ name }) => !NAMES.has(name));
  if (unknown !== undefined) throw invalid(`known parameters are ${[...NAMES].join(', ')}`);
  const only = <Key extends ValueKey>(wanted: string, key: Key) => {
    const found = parameter.filter(({ name }) => name === wanted);
    if (found.length > 1) throw invalid(`${wanted} is given several times`);
    const [given] = found;
    if (given !== undefined && given[key] === undefined) {
      throw invalid(`${wanted} is expected as ${key}`);
    }
    return given?.[key];
  };
  // A reference that says nothing is no reference to nothing: it is refused.
  const reference = (name: string): string | undefined => {
    const given = only(name, 'valueReference');
    return given === undefined ? undefined : (given.reference ?? '');
  };
  const fhirContext = parameter
    .filter(({ name }) => name === 'fhirContext')
    .map(({ valueReference }) => ({ reference: valueReference?.reference ?? '' }));
  const parsed = launchRequest.safeParse({
    client: only('client', 'valueString'),
    patient: reference('patient'),
    encounter: reference('encounter'),
    intent: only('intent', 'valueString'),
    needPatientBanner: only('needPatientBanner', 'valueBoolean'),
    ...(fhirContext.length === 0 ? {} : { fhirContext }),
  });
  if (!parsed.success) {
    const places = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole');
    throw invalid(`look at ${[...new Set(places)].join(', ')}`);
  }
  const { client, ...context } = parsed.data;
  return { ...(client === undefined ? {} : { client }), context };
}

/** Makes the error of a launch that cannot be made. */
export function invalid(reason: string): Error {
  return authError('AUTH_LAUNCH_INVALID', { reason });
}
