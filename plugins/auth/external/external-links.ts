import type { Database, SecurityEvent, SignInOrigin } from '../../../src/plugin/sdk.ts';
import { accountAgent } from '../accounts/account-agent.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { authError } from '../errors.ts';
import type { LoginStore } from '../logins/login-store.ts';
import type { ExternalLink, SubjectStore } from './subject-store.ts';

/** What owners see of their links to other providers, and the end of a link. */
export interface ExternalLinks {
  list(accountId: string): Promise<readonly ExternalLink[]>;
  /**
   * Ends a link, and with it all logins of the account but the one that asks: which of them came by the link is not
   * kept. The FHIR identity stays with the account.
   * @param keep login that asks
   * @throws FhirError `AUTH_LINK_UNKNOWN`; `AUTH_LINK_LAST`: it is the only way into the account
   */
  unlink(
    accountId: string,
    link: string,
    keep: string | undefined,
    origin: Pick<SignInOrigin, 'network' | 'requestId'>,
  ): Promise<void>;
}

export interface ExternalLinkParts {
  readonly database: Database;
  readonly subjects: SubjectStore;
  readonly accounts: Pick<AccountStore, 'byId'>;
  readonly logins: Pick<LoginStore, 'revokeAll'>;
  readonly audit: (event: SecurityEvent) => Promise<void>;
}

/** @see requirement R-013 */
export function externalLinks(parts: ExternalLinkParts): ExternalLinks {
  const { accounts, audit, database, logins, subjects } = parts;
  return {
    list: (accountId) => subjects.list(accountId),
    async unlink(accountId, link, keep, { network, requestId }) {
      const outcome = await database.transaction((tx) => subjects.unlink(tx, accountId, link));
      if (outcome === 'unknown') throw authError('AUTH_LINK_UNKNOWN');
      if (outcome === 'last') throw authError('AUTH_LINK_LAST');
      await logins.revokeAll(accountId, keep);
      await audit({
        type: '110113',
        subtype: '110137',
        outcome: 'success',
        ...accountAgent(await accounts.byId(accountId)),
        description: 'Connection with an identity provider ended',
        ...(network === undefined ? {} : { network }),
        ...(requestId === undefined ? {} : { requestId }),
      });
    },
  };
}
