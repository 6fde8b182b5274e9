import type { PluginHost, SecurityEvent } from '../../../src/plugin/sdk.ts';
import { type AccountStore, accountStore } from '../accounts/account-store.ts';
import { boundedWork } from '../accounts/bounded-work.ts';
import { type PasswordHasher, passwordHasher } from '../accounts/password-hash.ts';
import { type Throttle, throttle } from '../accounts/throttle.ts';
import { type TotpFactor, totpFactor } from '../accounts/totp.ts';
import { type ClientStore, clientStore } from '../clients/client-store.ts';
import { registerClients } from '../clients/register-clients.ts';
import type { AuthConfig } from '../config.ts';
import type { AuthKeys } from '../keys/key-file.ts';
import { type KeyedDigest, keyedDigest } from '../keys/keyed-digest.ts';
import { loadKeys } from '../keys/load-keys.ts';
import { type SecretBox, secretBox } from '../keys/secret-box.ts';
import { ACCESS_TOKEN_TTL } from '../oidc/lifetimes.ts';
import { type ClientAddress, clientAddress } from '../pages/client-address.ts';
import { type Revocations, revocations } from '../tokens/revocations.ts';
import { type VerifiedTokens, verifiedTokens } from '../tokens/verified-tokens.ts';

const HASH_QUEUE = 100;
const VERIFIED_TOKENS = 10_000;

/** What all parts of the plugin are made of. */
export interface AuthCore {
  readonly host: PluginHost<AuthConfig>;
  readonly database: ReturnType<PluginHost['database']>;
  readonly keys: AuthKeys;
  readonly box: SecretBox;
  /** Keyed digest for one purpose. */
  readonly digest: (purpose: string) => KeyedDigest;
  readonly accounts: AccountStore;
  readonly clients: ClientStore;
  readonly limits: Throttle;
  readonly totp: TotpFactor;
  readonly hasher: PasswordHasher;
  readonly address: ClientAddress;
  readonly revoked: Revocations;
  readonly verified: VerifiedTokens;
  readonly audit: (event: SecurityEvent) => Promise<void>;
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
  const database = host.database('accounts');
  const keys = await loadKeys(mode, config.keysFile, host.dataDirectory);
  const digest = (purpose: string): KeyedDigest => keyedDigest(keys.pepper, purpose);
  const box = secretBox(keys.encryption);
  const clients = clientStore(database, clock);
  await registerClients(clients, config, mode, host.dataDirectory);
  const { argon2MemoryKib, argon2Passes, argon2Parallelism, concurrency } = config.password;
  const revoked = revocations(database, clock, ACCESS_TOKEN_TTL);
  await revoked.refresh();
  return {
    host,
    database,
    keys,
    box,
    digest,
    accounts: accountStore(database, box, digest('handle'), clock),
    clients,
    limits: throttle(database, digest('throttle'), clock),
    totp: totpFactor(clock, new URL(origin).hostname),
    hasher: passwordHasher(
      { memory: argon2MemoryKib, passes: argon2Passes, parallelism: argon2Parallelism },
      digest('password'),
      boundedWork(concurrency, HASH_QUEUE),
    ),
    address: clientAddress(config.clientAddressHeader),
    revoked,
    verified: verifiedTokens(clock, VERIFIED_TOKENS),
    audit: (event) => host.audit(event),
    audience: `${origin}/fhir`,
    secure: origin.startsWith('https:'),
  };
}
