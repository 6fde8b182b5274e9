import type { AuthService, SignInOrigin, SignInStep } from '../../../src/plugin/sdk.ts';
import { medplumError } from '../errors.ts';
import type { JsonAnswer } from '../http/exchange.ts';

/** The project of everybody. */
export const PROJECT = { reference: 'Project/default' } as const;

/**
 * What a step of a sign-in is in Medplum's words. A second factor always follows: whether the first step was right is told
 * by nothing. Where the account acts as one identity alone, the code follows at once; else the choice between them.
 * @throws FhirError `MEDPLUM_SIGN_IN_REFUSED`, `MEDPLUM_WAIT`, `AUTH_SESSION_GONE`
 */
export async function loginAnswer(
  service: Pick<AuthService, 'issueCode'>,
  step: SignInStep,
  origin: SignInOrigin,
): Promise<JsonAnswer> {
  switch (step.outcome) {
    case 'second-factor':
      return { body: { login: step.attempt, mfaRequired: true, mfaMethods: ['totp'] } };
    case 'refused':
      throw medplumError('MEDPLUM_SIGN_IN_REFUSED');
    case 'wait':
      throw medplumError('MEDPLUM_WAIT', {}, { retryAfter: step.retryAfter });
    case 'accepted': {
      const { attempt, identities } = step;
      if (identities.length > 1) {
        const memberships = identities.map(({ membershipId, profile }) => ({
          id: membershipId,
          project: PROJECT,
          profile: { reference: profile, display: profile },
        }));
        return { body: { login: attempt, memberships } };
      }
      const { code } = await service.issueCode(attempt, {}, origin);
      return { body: { login: attempt, code } };
    }
  }
}
