import type { SecurityEvent } from '../../../src/plugin/sdk.ts';
import { accountAgent } from '../accounts/account-agent.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { requestOrigin } from '../oidc/request-origin.ts';
import type { ClientAddress } from '../pages/client-address.ts';
import type { InteractionVisit } from '../pages/interaction/interaction-visit.ts';

/** What of sign-ins at other providers goes to the ledger. */
export interface ExternalEvents {
  signedIn(visit: InteractionVisit, accountId: string, provider: string): Promise<void>;
  refused(visit: InteractionVisit, provider: string): Promise<void>;
}

/** Puts sign-ins with other providers on the ledger, before the browser goes on. */
export function externalEvents(
  accounts: Pick<AccountStore, 'byId'>,
  address: ClientAddress,
  audit: (event: SecurityEvent) => Promise<void>,
): ExternalEvents {
  const event = (
    visit: InteractionVisit,
    outcome: SecurityEvent['outcome'],
    description: string,
  ): SecurityEvent => ({
    type: '110114',
    subtype: '110122',
    outcome,
    clientId: visit.clientId,
    description,
    ...requestOrigin(address, visit.request, visit.response),
  });
  return {
    async signedIn(visit, accountId, provider) {
      const account = await accounts.byId(accountId);
      await audit({
        ...event(visit, 'success', `Login with the identity provider ${provider}`),
        ...accountAgent(account),
      });
    },
    refused: (visit, provider) =>
      audit(event(visit, 'minor', `A sign-in of the identity provider ${provider} was refused`)),
  };
}
