import type { SecurityEvent } from '../../../src/plugin/sdk.ts';

/** A security event with what the alarm rules count by. What is added here never reaches the ledger. */
export interface ObservedEvent extends SecurityEvent {
  /** What was signed in to, whether it exists or not: the digest of a handle. */
  readonly subject?: string;
  /** Sixteen bits of a keyed digest of the password that was tried: enough to see one repeat, too little to guess it. */
  readonly mark?: string;
  /** The account acts for an administrator. */
  readonly admin?: boolean;
}

/** What the rules are about. */
export type EventKind =
  | 'login'
  | 'login-refused'
  | 'client-refused'
  | 'replay'
  | 'registration'
  | 'protection-changed';

/** Sentence of the event of a new account; registrations have the codes of other changes otherwise. */
export const REGISTERED = 'Account registered';

/** Kind of an event; undefined: no rule is about it. */
export function kindOf({
  type,
  subtype,
  outcome,
  description,
}: SecurityEvent): EventKind | undefined {
  switch (`${type} ${subtype ?? ''}`) {
    case '110114 110122':
      return outcome === 'success' ? 'login' : 'login-refused';
    case '110114 110126':
      return outcome === 'success' ? undefined : 'client-refused';
    case '110113 110132':
      return outcome === 'success' ? undefined : 'replay';
    case '110113 110137':
      return description === REGISTERED ? 'registration' : 'protection-changed';
    default:
      return undefined;
  }
}
