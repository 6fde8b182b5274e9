import { randomBytes, randomUUID } from 'node:crypto';
import type { AccountIdentity, Clock, Database } from '../../../src/plugin/sdk.ts';
import { newAccountHandle } from '../accounts/account-handle.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import type { PasswordHasher } from '../accounts/password-hash.ts';
import { authError } from '../errors.ts';
import type { IdentityStore } from '../identities/identity-store.ts';
import type { ExternalSubject, SubjectStore } from './subject-store.ts';

export interface ExternalAccountParts {
  readonly database: Database;
  readonly accounts: Pick<AccountStore, 'digest'>;
  readonly hasher: PasswordHasher;
  readonly links: IdentityStore;
  readonly subjects: SubjectStore;
  readonly clock: Clock;
}

/**
 * Makes an account whose only way in is a link: its handle and its password are random and known to nobody. Account,
 * identity and link come into being together or not at all.
 * @param state PENDING where the FHIR identity is yet to be written
 * @throws FhirError `AUTH_IDENTITY_TAKEN` where somebody was faster, `AUTH_BUSY`
 */
export async function makeExternalAccount(
  parts: ExternalAccountParts,
  subject: ExternalSubject,
  identity: AccountIdentity,
  state: 'PENDING' | 'ACTIVE',
): Promise<string> {
  const id = randomUUID();
  const now = new Date(parts.clock.now());
  const password = await parts.hasher.hash(randomBytes(32).toString('base64url'));
  await parts.database.transaction(async (tx) => {
    await tx.query({
      text: `INSERT INTO account (id, state, handle_digest, password_hash, created_at, activated_at, local)
        VALUES ($1, $2, $3, $4, $5, $6, false)`,
      values: [
        id,
        state,
        parts.accounts.digest(newAccountHandle()),
        password,
        now,
        state === 'ACTIVE' ? now : null,
      ],
    });
    const outcome = await parts.links.link(tx, id, identity);
    const linked = outcome === 'linked' && (await parts.subjects.link(tx, id, subject));
    if (!linked) throw authError('AUTH_IDENTITY_TAKEN', { profile: identity.profile });
  });
  return id;
}
