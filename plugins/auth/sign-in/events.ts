import type { SecurityEvent, SignInOrigin } from '../../../src/plugin/sdk.ts';
import type { ObservedEvent } from '../alarms/observed-event.ts';
import { accountAgent } from '../accounts/account-agent.ts';
import type { Account } from '../accounts/account-store.ts';

/** An event of an account, with where it came from. */
export interface AccountEvent {
  readonly outcome: SecurityEvent['outcome'];
  /** Sentence that says what happened, and of what class a refusal is: nothing that was typed. */
  readonly description: string;
  readonly clientId?: string;
}

/** An attempt to sign in. */
export function loginEvent(
  account: Pick<Account, 'identities'> | undefined,
  event: AccountEvent,
  origin: SignInOrigin,
): ObservedEvent {
  return { type: '110114', subtype: '110122', ...event, ...acting(account), ...from(origin) };
}

/** A change of what protects an account. */
export function securityEvent(
  account: Pick<Account, 'identities'> | undefined,
  event: AccountEvent,
  origin: SignInOrigin,
): ObservedEvent {
  return { type: '110113', subtype: '110137', ...event, ...acting(account), ...from(origin) };
}

/** Who acts, and whether that may be an administrator. */
function acting(
  account: Pick<Account, 'identities'> | undefined,
): Pick<ObservedEvent, 'agent' | 'patient' | 'admin'> {
  const admin = account?.identities.some((one) => one.class === 'admin') ?? false;
  return { ...accountAgent(account), ...(admin ? { admin } : {}) };
}

function from({ network, requestId }: SignInOrigin): Pick<SecurityEvent, 'network' | 'requestId'> {
  return {
    ...(network === undefined ? {} : { network }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}
