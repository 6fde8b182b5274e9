import type { Interaction } from 'oidc-provider';
import { authError } from '../../errors.ts';
import type { Visit } from '../visit.ts';

/** A request to a page of a sign-in that an app began. */
export interface InteractionVisit extends Visit {
  readonly interaction: Interaction;
  readonly uid: string;
  /** Path of the interaction; its pages lie below. */
  readonly base: string;
  /** Token of its forms. */
  readonly token: Buffer;
  readonly formToken: string;
  readonly clientId: string;
}

/** Handler of one page of a sign-in. */
export type InteractionHandler = (visit: InteractionVisit) => Promise<void>;

/** Account that the interaction is about, once it has signed in. @throws FhirError `AUTH_SESSION_GONE` */
export function accountOf({ interaction }: InteractionVisit): string {
  const account = interaction.lastSubmission?.login?.accountId ?? interaction.session?.accountId;
  if (account === undefined) throw authError('AUTH_SESSION_GONE');
  return account;
}
