import { randomUUID } from 'node:crypto';
import type { PluginRepository, SecurityEvent } from '../../../src/plugin/sdk.ts';
import { profileAgent } from '../accounts/account-agent.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { createPatientIdentity, createPlannedIdentity } from '../accounts/fhir-identity.ts';
import type { IdentityProviderConfig } from '../config/external.ts';
import { authError } from '../errors.ts';
import type { RequestOrigin } from '../oidc/request-origin.ts';
import { type ExternalAccountParts, makeExternalAccount } from './external-account.ts';
import type { ChangeStore } from '../security/change-store.ts';
import { findStaff } from './find-staff.ts';
import type { ExternalSignIn } from './sign-in-elsewhere.ts';
import type { ExternalSubject } from './subject-store.ts';

export interface BindParts extends ExternalAccountParts {
  readonly accounts: AccountStore;
  readonly repository: PluginRepository;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly adminPolicies: readonly string[];
  readonly changes: Pick<ChangeStore, 'notify'>;
}

/** What becomes of sign-ins at other providers. */
export interface BindSignIn {
  /**
   * Account that a sign-in stands for. Staff that the provider names by number gets its account with the first one.
   * @returns undefined: none yet; its owner has to sign in here once
   * @throws FhirError `AUTH_IDP_REFUSED` where the account is locked
   */
  account(
    config: IdentityProviderConfig,
    signIn: ExternalSignIn,
    origin: RequestOrigin,
  ): Promise<string | undefined>;
  /** Connects a sign-in with an account that has just signed in here. @throws FhirError `AUTH_IDENTITY_TAKEN` */
  connect(accountId: string, subject: ExternalSubject, origin: RequestOrigin): Promise<void>;
  /** Makes a patient's account. */
  newPatient(subject: ExternalSubject, origin: RequestOrigin): Promise<string>;
}

/**
 * Binds (issuer, subject) to an account, and so to the FHIR identity that the account has anyway.
 * @see requirements
 */
export function bindSignIn(parts: BindParts): BindSignIn {
  const { accounts, audit, changes, database, links, repository, subjects } = parts;
  const linked = (profile: string | undefined, description: string, origin: RequestOrigin) =>
    audit({
      type: '110113',
      subtype: '110137',
      outcome: 'success',
      ...(profile === undefined ? {} : profileAgent(profile)),
      description,
      ...origin,
    });
  return {
    async account(config, signIn, origin) {
      const known = await subjects.accountOf(signIn);
      if (known !== undefined) {
        const account = await accounts.byId(known);
        if (account?.state === 'PENDING') {
          // A crash has left it between its parts.
          await createPlannedIdentity(repository, account);
          await accounts.activate(known);
        } else if (account?.state !== 'ACTIVE')
          throw authError(
            'AUTH_IDP_REFUSED',
            { id: config.id },
            { detail: 'the account is locked' },
          );
        await subjects.touch(signIn);
        return known;
      }
      const { staffClaim } = config;
      if (staffClaim === undefined || signIn.staffNumber === undefined) return undefined;
      const { system } = staffClaim;
      const staff = await findStaff(repository, system, signIn.staffNumber, parts.adminPolicies);
      // Whoever has an account already proves it by signing in here once: a number alone takes nothing over.
      if (staff === undefined || (await links.accountOf(staff.profile)) !== undefined)
        return undefined;
      const made = await makeExternalAccount(parts, signIn, staff, 'ACTIVE');
      await linked(staff.profile, 'Account made for staff that an identity provider names', origin);
      return made;
    },
    async connect(accountId, subject, origin) {
      const done = await database.transaction(async (tx) => {
        const link = await subjects.link(tx, accountId, subject);
        // A way in that its owner does not know of would outlast everything else.
        if (link) await changes.notify(tx, accountId, { kind: 'provider-linked' });
        return link;
      });
      if (!done && (await subjects.accountOf(subject)) !== accountId)
        throw authError('AUTH_IDENTITY_TAKEN', { profile: 'this sign-in' });
      const profile = (await accounts.byId(accountId))?.identities[0]?.profile;
      if (done) await linked(profile, 'Account connected with an identity provider', origin);
    },
    async newPatient(subject, origin) {
      const identity = {
        profile: `Patient/${randomUUID()}`,
        membershipId: randomUUID(),
        class: 'patient',
      } as const;
      const id = await makeExternalAccount(parts, subject, identity, 'PENDING');
      await createPatientIdentity(repository, { id, ...identity });
      await linked(identity.profile, 'Account registered with an identity provider', origin);
      await accounts.activate(id);
      return id;
    },
  };
}
