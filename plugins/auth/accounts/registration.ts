import type { Clock, Database, PluginRepository, SecurityEvent } from '../../../src/plugin/sdk.ts';
import { REGISTERED } from '../alarms/observed-event.ts';
import { authError } from '../errors.ts';
import type { FactorStore, NewFactor } from '../factors/factor-store.ts';
import type { Passkeys } from '../factors/passkeys.ts';
import type { RecoveryCodes } from '../factors/recovery-codes.ts';
import type { RequestOrigin } from '../oidc/request-origin.ts';
import { PHISHING_RESISTANT_ACR, TWO_FACTOR_ACR } from '../security/assurance.ts';
import { profileAgent } from './account-agent.ts';
import type { AccountStore } from './account-store.ts';
import { createPatientIdentity } from './fhir-identity.ts';
import type { PasswordHasher } from './password-hash.ts';
import type { PasswordPolicy } from './password-policy.ts';
import type { PasswordWeakness } from './password-rule.ts';
import type { Invited, RegistrationDraft, RegistrationDrafts } from './registration-draft.ts';
import type { TotpFactor } from './totp.ts';

export type { RegistrationDraft } from './registration-draft.ts';

/** Why a registration form is shown again; `wrong-code` stands for a passkey that does not hold, too. */
export type RegistrationFault = PasswordWeakness | 'wrong-code' | 'handle-not-kept';

/** What a registration has proven, which makes it a sign-in. */
export interface Registered {
  readonly accountId: string;
  readonly acr: string;
  readonly amr: readonly string[];
}

/** Either faults, or an account. */
export interface RegistrationResult {
  readonly faults: readonly RegistrationFault[];
  readonly registered?: Registered;
}

/** Registration of pseudonymous accounts, with an authenticator app or a passkey as the second factor. */
export interface Registration {
  /** Draft of an interaction, if it has begun. */
  draft(interaction: string): Promise<RegistrationDraft | undefined>;
  /** @param invited identity that exists and that the account is made for */
  begin(interaction: string, invited?: Invited): Promise<RegistrationDraft>;
  /** Options of `navigator.credentials.create` for a draft. */
  passkeyOptions(draft: RegistrationDraft): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Creates the account with its FHIR identity; faults leave everything as it was.
   * @param form `passkey`, a RegistrationResponseJSON, takes the place of `code`; administrators need one that cannot leave
   *   its device
   * @throws FhirError `AUTH_SESSION_GONE`, `AUTH_BUSY`, `AUTH_IDENTITY_TAKEN`
   */
  complete(
    interaction: string,
    draft: RegistrationDraft,
    form: {
      readonly password: string;
      readonly code: string;
      readonly passkey?: unknown;
      readonly handleKept: boolean;
    },
    clientId: string,
    origin?: RequestOrigin,
  ): Promise<RegistrationResult>;
}

export interface RegistrationParts {
  readonly database: Database;
  readonly accounts: AccountStore;
  readonly factors: FactorStore;
  readonly codes: RecoveryCodes;
  readonly drafts: RegistrationDrafts;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly totp: TotpFactor;
  readonly passkeys: Passkeys;
  /** Digest of a lock code of an account. */
  readonly lockDigest: (accountId: string, code: string) => Buffer;
  readonly repository: PluginRepository;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly clock: Clock;
}

/** The account row comes first, in state PENDING, then its FHIR identity, then ACTIVE: a crash leaves what can be repaired. */
export function registration(parts: RegistrationParts): Registration {
  const { accounts, codes, database, drafts, factors, passkeys } = parts;
  const secondFactor = async (
    draft: RegistrationDraft,
    form: { readonly code: string; readonly passkey?: unknown },
  ): Promise<NewFactor | undefined> => {
    if (form.passkey !== undefined) {
      const made = await passkeys.created(form.passkey, draft, draft.identity.class);
      return draft.identity.class === 'admin' && made?.detail.synced !== false ? undefined : made;
    }
    if (draft.identity.class === 'admin') return undefined;
    const { totpAlgorithm: algorithm, totpSecret: secret } = draft;
    const counter = parts.totp.match(secret, algorithm, form.code);
    return counter === undefined
      ? undefined
      : { kind: 'totp', secret, counter, detail: { algorithm } };
  };
  return {
    draft: (interaction) => drafts.find(interaction),
    begin: (interaction, invited) => drafts.begin(interaction, invited),
    passkeyOptions: (draft) => passkeys.creationOptions(draft, draft.identity.class, []),
    async complete(interaction, planned, form, clientId, origin = {}) {
      const { accountId, handle, identity } = planned;
      const bare = handle.replaceAll('-', '');
      const weakness = await parts.policy.weakness(
        form.password,
        identity.class,
        (candidate) => candidate === bare,
      );
      const factor = await secondFactor(planned, form);
      const faults: RegistrationFault[] = [];
      if (!form.handleKept) faults.push('handle-not-kept');
      if (weakness !== undefined) faults.push(weakness);
      if (factor === undefined) faults.push('wrong-code');
      if (faults.length > 0 || factor === undefined) return { faults };
      const passwordHash = await parts.hasher.hash(form.password);
      await database.transaction(async (tx) => {
        const state = planned.invited ? 'ACTIVE' : 'PENDING';
        const account = { id: accountId, state, identity, handle, passwordHash } as const;
        // The same form once more, after the account became active: only a login proves who sends it.
        if (!(await accounts.insert(tx, account))) throw authError('AUTH_SESSION_GONE');
        // The form of an account that is still PENDING came once more: its last word counts.
        await tx.query({
          text: 'DELETE FROM account_factor WHERE account_id = $1',
          values: [accountId],
        });
        if ((await factors.insert(tx, accountId, factor)) === undefined) {
          throw authError('AUTH_SESSION_GONE');
        }
        await codes.replace(tx, accountId, planned.recoveryCodes);
        await accounts.setLockCode(tx, accountId, parts.lockDigest(accountId, planned.lockCode));
      });
      if (!planned.invited) {
        await createPatientIdentity(parts.repository, { id: accountId, ...identity });
      }
      const kind = factor.kind === 'totp' ? 'one-time codes' : 'passkey';
      for (const description of [REGISTERED, `Second factor added: ${kind}`]) {
        await parts.audit({
          type: '110113',
          subtype: '110137',
          outcome: 'success',
          ...profileAgent(identity.profile),
          clientId,
          description,
          ...origin,
        });
      }
      await accounts.activate(accountId);
      await drafts.drop(interaction);
      return { faults: [], registered: { accountId, ...provenBy(factor) } };
    },
  };
}

function provenBy({ detail, kind }: NewFactor): Omit<Registered, 'accountId'> {
  if (kind === 'totp') return { acr: TWO_FACTOR_ACR, amr: ['pwd', 'otp', 'mfa'] };
  return detail.synced === false
    ? { acr: PHISHING_RESISTANT_ACR, amr: ['pwd', 'hwk', 'user', 'mfa'] }
    : { acr: TWO_FACTOR_ACR, amr: ['pwd', 'swk', 'user', 'mfa'] };
}
