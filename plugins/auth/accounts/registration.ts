import { createHash, randomUUID } from 'node:crypto';
import type { Clock, Database, PluginRepository, SecurityEvent } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import type { RequestOrigin } from '../oidc/request-origin.ts';
import type { SecretBox } from '../keys/secret-box.ts';
import { newAccountHandle } from './account-handle.ts';
import type { AccountStore } from './account-store.ts';
import { createPatientIdentity } from './fhir-identity.ts';
import type { PasswordHasher } from './password-hash.ts';
import { type PasswordWeakness, passwordWeakness } from './password-rule.ts';
import type { TotpAlgorithm, TotpFactor } from './totp.ts';

/** What a registration begins with; everything random is decided here, so that sending the form twice is harmless. */
export interface RegistrationDraft {
  readonly accountId: string;
  readonly profile: string;
  readonly membershipId: string;
  readonly handle: string;
  readonly totpSecret: string;
  readonly totpAlgorithm: TotpAlgorithm;
}

/** Why a registration form is shown again. */
export type RegistrationFault = PasswordWeakness | 'wrong-code' | 'handle-not-kept';

/** Registration of pseudonymous accounts. */
export interface Registration {
  /** Draft of an interaction, if it has begun. */
  draft(interaction: string): Promise<RegistrationDraft | undefined>;
  begin(interaction: string): Promise<RegistrationDraft>;
  /**
   * Creates the account with its FHIR identity; faults leave everything as it was.
   * @throws FhirError `AUTH_SESSION_GONE`, `AUTH_BUSY`
   */
  complete(
    interaction: string,
    draft: RegistrationDraft,
    form: { readonly password: string; readonly code: string; readonly handleKept: boolean },
    clientId: string,
    origin?: RequestOrigin,
  ): Promise<readonly RegistrationFault[]>;
}

export interface RegistrationParts {
  readonly database: Database;
  readonly accounts: AccountStore;
  readonly hasher: PasswordHasher;
  readonly totp: TotpFactor;
  readonly box: SecretBox;
  readonly repository: PluginRepository;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly clock: Clock;
  readonly minPasswordLength: number;
  readonly totpAlgorithm: TotpAlgorithm;
  /** Seconds. */
  readonly draftTtl: number;
}

/** The account row comes first, in state PENDING, then its FHIR identity, then ACTIVE: a crash leaves what can be repaired. */
export function registration(parts: RegistrationParts): Registration {
  const { database, accounts, totp, box, clock } = parts;
  const key = (interaction: string): Buffer => createHash('sha256').update(interaction).digest();
  const draft: Registration['draft'] = async (interaction) => {
    const id = key(interaction);
    const [row] = await database.query<{ sealed: Buffer }>({
      text: 'SELECT sealed FROM registration_draft WHERE key = $1 AND expires_at > $2',
      values: [id, new Date(clock.now())],
    });
    if (row === undefined) return undefined;
    return JSON.parse(box.open(row.sealed, draftContext(id))) as RegistrationDraft;
  };
  return {
    draft,
    async begin(interaction) {
      const fresh: RegistrationDraft = {
        accountId: randomUUID(),
        profile: `Patient/${randomUUID()}`,
        membershipId: randomUUID(),
        handle: newAccountHandle(),
        totpSecret: totp.newSecret(),
        totpAlgorithm: parts.totpAlgorithm,
      };
      const id = key(interaction);
      await database.query({
        text: `INSERT INTO registration_draft (key, sealed, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        values: [
          id,
          box.seal(JSON.stringify(fresh), draftContext(id)),
          new Date(clock.now() + parts.draftTtl * 1000),
        ],
      });
      return (await draft(interaction)) ?? fresh;
    },
    async complete(interaction, planned, form, clientId, origin = {}) {
      const weakness = passwordWeakness(form.password, parts.minPasswordLength, planned.handle);
      const counter = totp.match(planned.totpSecret, planned.totpAlgorithm, form.code);
      const faults: RegistrationFault[] = [];
      if (!form.handleKept) faults.push('handle-not-kept');
      if (weakness !== undefined) faults.push(weakness);
      if (counter === undefined) faults.push('wrong-code');
      if (faults.length > 0 || counter === undefined) return faults;
      const account = {
        ...planned,
        id: planned.accountId,
        state: 'PENDING',
        passwordHash: await parts.hasher.hash(form.password),
        totpCounter: counter,
      } as const;
      const stored = await database.transaction((tx) => accounts.insertPending(tx, account));
      // The same form once more, after the account became active: only a login proves who sends it.
      if (!stored) throw authError('AUTH_SESSION_GONE');
      await createPatientIdentity(parts.repository, account);
      for (const description of ['Account registered', 'Second factor added: one-time codes']) {
        await parts.audit({
          type: '110113',
          subtype: '110137',
          outcome: 'success',
          agent: account.profile,
          patient: account.profile,
          clientId,
          description,
          ...origin,
        });
      }
      await accounts.activate(account.id);
      await database.query({
        text: 'DELETE FROM registration_draft WHERE key = $1',
        values: [key(interaction)],
      });
      return [];
    },
  };
}

function draftContext(key: Buffer): string {
  return `registration_draft ${key.toString('hex')}`;
}
