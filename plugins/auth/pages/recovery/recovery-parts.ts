import type { Clock } from '../../../../src/plugin/sdk.ts';
import { authError } from '../../errors.ts';
import { RECOVERY_PREFIX } from '../../oidc/paths.ts';
import type { Recovery, RecoveryGoal } from '../../recovery/recovery.ts';
import type { AttemptCookie } from '../interaction/attempt-cookie.ts';
import type { OpenVisit } from '../open/open-visit.ts';

/** What the pages of a recovery are made of. */
export interface RecoveryPageParts {
  readonly recovery: Recovery;
  readonly origin: string;
  readonly clock: Clock;
  readonly responseFloorMs: number;
  readonly attempts: AttemptCookie;
  readonly minPasswordLength: number;
}

export const GOALS: readonly RecoveryGoal[] = ['password', 'factor', 'unlock'];

/** Path of the first page of a recovery; the others lie below. */
export function goalPath(goal: RecoveryGoal): string {
  return `${RECOVERY_PREFIX}/${goal}`;
}

/** The recovery that this browser goes on with. @throws FhirError `AUTH_SESSION_GONE` */
export function attemptOf({ attempts }: RecoveryPageParts, { request }: OpenVisit): string {
  const attempt = attempts.read(request.headers);
  if (attempt === undefined) throw authError('AUTH_SESSION_GONE');
  return attempt;
}
