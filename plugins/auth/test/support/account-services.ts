import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import pino from 'pino';
import type {
  AccountIdentity,
  Database,
  PluginHost,
  SecurityEvent,
  SignInOrigin,
  SignInStep,
} from '../../../../src/plugin/sdk.ts';
import type { RegistrationDraft } from '../../accounts/registration-draft.ts';
import { type AuthCore, authCore } from '../../compose/core.ts';
import { composeSignIn, type SignInServices } from '../../compose/sign-in.ts';
import { authConfig } from '../../config.ts';
import type { AuthConfig } from '../../config.ts';
import type { AccountActor } from '../../security/account-security.ts';
import { memoryRepository } from './memory-repository.ts';
import type { SoftwarePasskey } from './software-passkey.ts';

export const PASSWORD = 'drei Wolken ueber dem Moor';
export const ORIGIN = 'https://api.diga.example';
/** A handle that no account has. */
export const NOBODY = '0000-0000-0000-0000';

/** The services of the plugin over a real database, without the pages before them: one node. */
export interface AccountServices extends SignInServices {
  readonly core: AuthCore;
  readonly database: Database;
  readonly events: SecurityEvent[];
  readonly logged: string[];
  readonly dataDirectory: string;
  failAudit: boolean;
  advance(seconds: number): void;
  now(): number;
  close(): Promise<void>;
}

export async function accountServices(options: {
  readonly database: Database;
  readonly config?: object;
  /** Of a node before or beside this one: its keys. */
  readonly dataDirectory?: string;
  readonly origin?: string;
  readonly clock?: { now(): number };
  /** In place of the ledger. */
  readonly audit?: (event: SecurityEvent) => Promise<void>;
}): Promise<AccountServices> {
  const events: SecurityEvent[] = [];
  const logged: string[] = [];
  const close: (() => unknown)[] = [];
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'auth-test-')));
  let offset = 0;
  const start = Date.now();
  // Time stands still unless it is moved, so that delays do not depend on how busy the machine is.
  const clock = options.clock ?? { now: () => start + offset };
  const unused = (): never => {
    throw new TypeError('not part of this host');
  };
  const host: PluginHost<AuthConfig> = {
    name: 'auth',
    mode: 'sandbox',
    config: authConfig.parse(options.config ?? {}),
    log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
    clock,
    origin: options.origin ?? ORIGIN,
    dataDirectory,
    repository: memoryRepository(),
    database: () => options.database,
    jobs: unused,
    route: unused,
    operation: unused,
    hook: unused,
    authenticator: unused,
    executeBot: unused,
    asCaller: unused,
    asIdentity: unused,
    async audit(event) {
      if (options.audit !== undefined) return options.audit(event);
      if (self.failAudit) throw new TypeError('the ledger is down');
      events.push(event);
    },
    provide: unused,
    use: unused,
    onClose: (work) => void close.push(work),
    onReady: unused,
  };
  const core = await authCore(host);
  const self: AccountServices = {
    ...(await composeSignIn(core)),
    core,
    database: options.database,
    events,
    logged,
    dataDirectory,
    failAudit: false,
    advance: (seconds) => {
      offset += seconds * 1000;
    },
    now: () => clock.now(),
    async close() {
      for (const work of close) await work();
      if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true });
    },
  };
  return self;
}

let counter = 0;

/** Another address each time, so that tests do not slow each other down. */
export function fromSomewhere(): SignInOrigin {
  counter += 1;
  return { address: `198.51.${Math.floor(counter / 250)}.${counter % 250}` };
}

/** What a person has after registering. */
export interface Person extends RegistrationDraft {
  readonly passkey?: SoftwarePasskey;
}

/** Registers an account with an authenticator app. */
export async function registerPerson(
  services: AccountServices,
  options: {
    readonly invited?: AccountIdentity;
    readonly passkey?: SoftwarePasskey;
    readonly password?: string;
  } = {},
): Promise<Person> {
  counter += 1;
  const interaction = `interaction-${counter}`;
  const draft = await services.registration.begin(
    interaction,
    options.invited === undefined ? undefined : { identity: options.invited },
  );
  const creation = await services.registration.passkeyOptions(draft);
  const { faults } = await services.registration.complete(
    interaction,
    draft,
    {
      password: options.password ?? PASSWORD,
      code: totpCode(services, draft.totpSecret),
      ...(options.passkey === undefined ? {} : { passkey: options.passkey.create(creation) }),
      handleKept: true,
    },
    'diga-app',
  );
  if (faults.length > 0) throw new TypeError(`Not registered: ${faults.join(', ')}`);
  // The code that proved the app is used up; the next one is another.
  services.advance(60);
  return { ...draft, ...(options.passkey === undefined ? {} : { passkey: options.passkey }) };
}

export function totpCode({ now }: { now(): number }, secret: string): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA256' });
  return totp.generate({ timestamp: now() });
}

/** First step with the right or another password. */
export async function begun(
  services: AccountServices,
  handle: string,
  password = PASSWORD,
  origin = fromSomewhere(),
): Promise<string> {
  const step = await services.signIn.begin({ handle, password }, { clientId: 'diga-app' }, origin);
  if (step.outcome !== 'second-factor') throw new TypeError(`Not begun: ${step.outcome}`);
  return step.attempt;
}

/** Both steps with the authenticator app. */
export async function signInWithCode(
  services: AccountServices,
  person: Pick<Person, 'handle' | 'totpSecret'>,
  password = PASSWORD,
): Promise<SignInStep> {
  services.advance(30);
  const origin = fromSomewhere();
  const attempt = await begun(services, person.handle, password, origin);
  const code = totpCode(services, person.totpSecret);
  return services.signIn.finish(attempt, { kind: 'totp', code }, origin);
}

/** Both steps with a passkey. */
export async function signInWithPasskey(
  services: AccountServices,
  person: Pick<Person, 'handle'>,
  passkey: SoftwarePasskey,
  password = PASSWORD,
): Promise<SignInStep> {
  const origin = fromSomewhere();
  const attempt = await begun(services, person.handle, password, origin);
  const response = passkey.get(await services.signIn.passkeyOptions(attempt));
  return services.signIn.finish(attempt, { kind: 'passkey', response }, origin);
}

/** The account as one that has just signed in. */
export function freshActor(
  services: AccountServices,
  person: Pick<Person, 'accountId'>,
  acr = 'urn:diga:acr:2fa',
): AccountActor {
  return { accountId: person.accountId, acr, authTime: new Date(services.now()) };
}
