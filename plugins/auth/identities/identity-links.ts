import type { AccountIdentity, Database, SecurityEvent } from '../../../src/plugin/sdk.ts';
import { profileAgent } from '../accounts/account-agent.ts';
import { authError } from '../errors.ts';
import type { LoginStore } from '../logins/login-store.ts';
import type { RequestOrigin } from '../oidc/request-origin.ts';
import type { IdentityStore } from './identity-store.ts';

/** Giving identities to accounts and taking them away; the FHIR resources stay as they are. */
export interface IdentityLinks {
  /** @throws FhirError `AUTH_IDENTITY_TAKEN` */
  link(accountId: string, identity: AccountIdentity, origin: RequestOrigin): Promise<void>;
  /**
   * Ends all logins of the account as well: which of them act as the identity may change with a choice.
   * @throws FhirError `AUTH_IDENTITY_UNKNOWN`
   */
  unlink(accountId: string, membershipId: string, origin: RequestOrigin): Promise<void>;
}

export interface IdentityLinkParts {
  readonly database: Database;
  readonly links: IdentityStore;
  readonly logins: Pick<LoginStore, 'revokeAll'>;
  readonly audit: (event: SecurityEvent) => Promise<void>;
}

/** @see requirements */
export function identityLinks(parts: IdentityLinkParts): IdentityLinks {
  const { audit, database, links, logins } = parts;
  const record = (profile: string, description: string, origin: RequestOrigin): Promise<void> =>
    audit({
      type: '110113',
      subtype: '110137',
      outcome: 'success',
      ...profileAgent(profile),
      description,
      ...origin,
    });
  return {
    async link(accountId, identity, origin) {
      const outcome = await database.transaction((tx) => links.link(tx, accountId, identity));
      const { profile } = identity;
      if (outcome === 'taken') throw authError('AUTH_IDENTITY_TAKEN', { profile });
      await record(profile, 'Identity given to an account that has others', origin);
    },
    async unlink(accountId, membershipId, origin) {
      const identity = await links.find(accountId, membershipId);
      const gone =
        identity !== undefined &&
        (await database.transaction((tx) => links.unlink(tx, accountId, membershipId)));
      if (!gone) throw authError('AUTH_IDENTITY_UNKNOWN');
      await logins.revokeAll(accountId);
      await record(identity.profile, 'Identity taken from its account', origin);
    },
  };
}
