import type { PluginHost } from '../../../src/plugin/sdk.ts';
import { type AccountStore, accountStore } from '../accounts/account-store.ts';
import { lowPriorityArgon2 } from '../accounts/low-priority-argon2.ts';
import { type PasswordHasher, passwordHasher } from '../accounts/password-hash.ts';
import { type Throttle, throttle } from '../accounts/throttle.ts';
import { type TotpFactor, totpFactor } from '../accounts/totp.ts';
import { type ClientStore, clientStore } from '../clients/client-store.ts';
import { registerClients } from '../clients/register-clients.ts';
import type { AuthConfig } from '../config.ts';
import { type ChosenIdentity, chosenIdentity } from '../identities/chosen-identity.ts';
import { type Identities, identities } from '../identities/identities.ts';
import { type IdentityStore, identityStore } from '../identities/identity-store.ts';
import type { AuthKeys } from '../keys/key-file.ts';
import { type KeyedDigest, keyedDigest } from '../keys/keyed-digest.ts';
import { type KeyRing, keyRing } from '../keys/key-ring.ts';
import { loadKeys } from '../keys/load-keys.ts';
import { type SecretBox, secretBox } from '../keys/secret-box.ts';
import { type LoginStore, loginStore } from '../logins/login-store.ts';
import { type AmbientDatabase, ambientDatabase } from '../oidc/ambient-database.ts';
import { MAX_ACCESS_TOKEN_TTL } from '../oidc/lifetimes.ts';
import { accountApp } from '../pages/account/account-client.ts';
import { type ClientAddress, clientAddress } from '../pages/client-address.ts';
import { type Revocations, revocations } from '../tokens/revocations.ts';
import { type VerifiedTokens, verifiedTokens } from '../tokens/verified-tokens.ts';
import { composeAlarms, type ObservedAudit } from './alarms.ts';

const HASH_QUEUE = 100;
const VERIFIED_TOKENS = 10_000;
/** Seconds that a signing key stays published beyond the last token of it: clocks differ. */
const KEY_MARGIN = 60;

/** What all parts of the plugin are made of. */
export interface AuthCore {
  readonly host: PluginHost<AuthConfig>;
  /** Statements join the transaction of the request, where there is one. */
  readonly database: AmbientDatabase;
  /** The keys in use at this moment. */
  readonly keys: AuthKeys;
  readonly ring: KeyRing;
  readonly box: SecretBox;
  /** Keyed digest for one purpose. */
  readonly digest: (purpose: string) => KeyedDigest;
  readonly accounts: AccountStore;
  readonly clients: ClientStore;
  /** Which account may act as which identity. */
  readonly links: IdentityStore;
  /** The same, with what memberships say of it now. */
  readonly identities: Identities;
  /** Whom the account of an authorization request acts as. */
  readonly chosen: ChosenIdentity;
  readonly limits: Throttle;
  readonly totp: TotpFactor;
  readonly hasher: PasswordHasher;
  readonly address: ClientAddress;
  readonly revoked: Revocations;
  /** The sign-ins that last, one for each grant. */
  readonly logins: LoginStore;
  readonly verified: VerifiedTokens;
  readonly audit: ObservedAudit;
  /** Audience of access tokens: the FHIR base. */
  readonly audience: string;
  /** True where the public origin is https. */
  readonly secure: boolean;
}

/**
 * Opens keys and stores.
 * @throws FhirError `AUTH_KEYS_MISSING`, `AUTH_KEYS_INVALID`, `AUTH_CLIENT_INVALID`, `AUTH_SANDBOX_IDENTITIES`
 */
export async function authCore(host: PluginHost<AuthConfig>): Promise<AuthCore> {
  const { clock, config, mode, origin } = host;
  const database = ambientDatabase(host.database('accounts'));
  const ring = await keyRing(
    () => loadKeys(mode, config.keysFile, host.dataDirectory),
    clock,
    MAX_ACCESS_TOKEN_TTL + KEY_MARGIN,
  );
  const { pepper } = ring.current();
  const digest = (purpose: string): KeyedDigest => keyedDigest(pepper, purpose);
  const audit = composeAlarms(host, digest('alarms'));
  const box = secretBox(() => ring.current().encryption);
  const clients = clientStore(database, clock, config.inventory.graceDays);
  const apps = [...config.apps, accountApp(origin)];
  await registerClients(clients, { ...config, apps }, mode, host.dataDirectory);
  const { argon2MemoryKib, argon2Passes, argon2Parallelism, concurrency, cpuShare } =
    config.password;
  const revoked = revocations(database, clock, MAX_ACCESS_TOKEN_TTL);
  await revoked.refresh();
  const links = identityStore(database, clock);
  const known = identities(links, host.repository, config.identities.adminPolicies);
  return {
    host,
    database,
    get keys() {
      return ring.current();
    },
    ring,
    box,
    digest,
    accounts: accountStore(database, digest('handle'), clock),
    clients,
    links,
    identities: known,
    chosen: chosenIdentity(known, audit),
    limits: throttle(database, digest('throttle'), clock),
    totp: totpFactor(clock, new URL(origin).hostname),
    hasher: passwordHasher(
      { memory: argon2MemoryKib, passes: argon2Passes, parallelism: argon2Parallelism },
      digest('password'),
      lowPriorityArgon2(concurrency, HASH_QUEUE, cpuShare),
    ),
    address: clientAddress(config.clientAddressHeader),
    revoked,
    logins: loginStore({ database, revocations: revoked, clock }),
    verified: verifiedTokens(clock, VERIFIED_TOKENS),
    audit,
    audience: `${origin}/fhir`,
    secure: origin.startsWith('https:'),
  };
}
