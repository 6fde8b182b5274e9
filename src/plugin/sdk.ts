/**
 * The plugin SDK: the only file of the host that a plugin imports.
 *
 * A plugin is a module whose default export is made by {@link definePlugin}. It declares what it is and needs; the host
 * checks that before it calls `register`, and refuses to start with a coded error where something does not fit. Whatever
 * the plugin registers belongs to it alone: its routes stand below its own prefix, its data access goes through the
 * identity `Device/plugin-<name>` with the AccessPolicy it declares, and other plugins see only what it provides.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Parameters, Resource } from '@medplum/fhirtypes';
import type { Logger } from 'pino';
import type { ZodType } from 'zod';
import type { Principal } from '../access/principal.ts';
import type { Clock } from '../clock.ts';
import type { Database, SqlClient } from '../storage/database.ts';
import type { SmartConfiguration } from '../fhir/smart-configuration.ts';
import type { HookName, HostHooks } from './hooks.ts';

export type { Principal } from '../access/principal.ts';
export {
  isAboutResources,
  NO_RESOURCES,
  type SmartScope,
  smartScope,
} from '../access/smart-scope.ts';
export type { Clock } from '../clock.ts';
export type * from './auth-service.ts';
export { weaknessOf } from '../crypto/key-strength.ts';
export { CryptoPolicyError, isListed, listedAlgorithms, requireListed } from '../crypto/policy.ts';
export { errorFactory, FhirError, isFhirError } from '../outcome/fhir-error.ts';
export type { ErrorTable } from '../outcome/fhir-error.ts';
export type { SmartConfiguration } from '../fhir/smart-configuration.ts';
export type { Database, SqlClient, SqlStatement } from '../storage/database.ts';
export type { HookContext, HookName, HostHooks } from './hooks.ts';

/** Version of this SDK; plugins name the range they were written for. */
export const SDK_VERSION = '0.1.0';

/** How the product runs: `sandbox` seeds identities and stand-ins for trying things out, `production` refuses both. */
export type Mode = 'sandbox' | 'production';

/** Declaration of a plugin. */
export interface PluginDefinition<Config = unknown> {
  /** Lower case letters, digits and hyphens; the folder under `plugins/`. */
  readonly name: string;
  readonly version: string;
  /** Semver range of SDK versions, such as `^0.1.0`. */
  readonly sdk: string;
  /** Names of plugins that must be registered before this one. */
  readonly requires?: readonly string[];
  /** Schema of the plugin's section of the configuration (`plugins.<name>`). Without one, the section must be absent. */
  readonly config?: ZodType<Config>;
  /** Resource entries and operations of the AccessPolicy of `Device/plugin-<name>`. Without it the plugin reads nothing. */
  readonly accessPolicy?: PluginAccessPolicy;
  /** Databases beside the clinical one that the plugin keeps tables in; migrations lie in `plugins/<name>/migrations/<database>`. */
  readonly databases?: readonly ('accounts' | 'billing')[];
  /** Names of hooks that the plugin registers; anything else is refused. */
  readonly hooks?: readonly HookName[];
  register(host: PluginHost<Config>): Promise<void> | void;
}

/** The part of an AccessPolicy resource that a plugin declares. */
export interface PluginAccessPolicy {
  readonly resource: readonly {
    readonly resourceType: string;
    readonly criteria?: string;
    readonly interaction?: readonly string[];
  }[];
  readonly operation?: readonly string[];
}

/** What a plugin gets to work with. */
export interface PluginHost<Config = unknown> {
  readonly name: string;
  readonly mode: Mode;
  /** The plugin's configuration, validated. */
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  /** Public origin of the server without a trailing slash, such as `https://api.diga.example`. */
  readonly origin: string;
  /** Folder for files the plugin keeps on this machine (keys of the sandbox); created, readable by the server only. */
  readonly dataDirectory: string;
  /**
   * The stand-in of the outside world that runs beside the server for this plugin (`sandbox/<name>`), if there is one;
   * never in production.
   */
  readonly sandbox?: { readonly url: string; readonly dataDirectory: string };
  /** Clinical data under the plugin's own identity and policy. */
  readonly repository: PluginRepository;
  /** @throws PluginError `PLUGIN_DATABASE_NOT_DECLARED` */
  database(name: 'accounts' | 'billing'): Database;
  /** Jobs that survive a crash, kept in the same database as what they belong to. */
  jobs(name: 'accounts' | 'billing'): JobQueue;
  /**
   * Takes over all requests whose path is `prefix` or begins with `prefix/`. The prefix must be free: the first plugin
   * has it, the next is refused.
   */
  route(prefix: string, handler: RouteHandler): void;
  /** Adds a FHIR operation, such as `$redeem-activation-code`. Callers need a policy that names it. */
  operation(operation: OperationDefinition): void;
  /** Registers for a hook that the definition declares. */
  hook<Name extends HookName>(name: Name, handler: HostHooks[Name]): void;
  /** Makes this plugin the one that verifies access tokens. Exactly one plugin does. */
  authenticator(authenticator: Authenticator): void;
  /** Runs a bot under the bot's own identity and waits for its result. @throws FhirError `BOT_*` */
  executeBot(name: string, input: unknown): Promise<unknown>;
  /**
   * Finds out who calls one of the plugin's routes. What the plugin does for the caller then goes through the caller's own
   * repository, never through that of the plugin.
   * @throws FhirError `AUTH_*` (401 with its challenge), `ACCESS_DENIED_NETWORK`; the refusal is on the ledger already
   */
  asCaller(request: IncomingMessage): Promise<RouteCaller>;
  /**
   * Data access of an identity that is signing in and has no token yet: no more than a token with these claims would give.
   * For the plugin that verifies tokens alone.
   * @throws PluginError `PLUGIN_NOT_THE_AUTHENTICATOR`
   * @throws FhirError `ACCESS_DENIED_NETWORK`
   */
  asIdentity(
    claims: Pick<TokenClaims, 'profile' | 'clientId' | 'scope' | 'acr'>,
    origin: { readonly requestId: string; readonly network?: string },
  ): Promise<PluginRepository>;
  /** Puts a security event on the audit ledger; resolves once it is durable. */
  audit(event: SecurityEvent): Promise<void>;
  /** True if scripts of an origin may call this server with credentials (`http.cors.origins`). */
  allowsOrigin?(origin: string): boolean;
  /** Offers a function to plugins that name this one in `requires`. */
  provide(name: string, value: unknown): void;
  /** Takes what another plugin provides. @throws PluginError `PLUGIN_CAPABILITY_MISSING` */
  use(plugin: string, name: string): unknown;
  /** Runs when the server stops, after the last request and before the databases close; last registered first. */
  onClose(close: () => Promise<void> | void): void;
  /** Runs when the server has started to listen. */
  onReady(ready: () => Promise<void> | void): void;
}

/** Plain request handler; Express apps and Koa callbacks fit. */
export type RouteHandler = (
  request: IncomingMessage,
  response: ServerResponse,
) => void | Promise<void>;

/** Who calls a route of a plugin with an access token, and what it may do. */
export interface RouteCaller {
  readonly principal: Principal;
  /** What the token says. */
  readonly claims: TokenClaims;
  /** Data access under the caller's own policy; each access is audited as the caller's. */
  readonly repository: PluginRepository;
  readonly requestId: string;
  /** Network address of the caller. */
  readonly network?: string;
}

/** Data access of one principal: narrowed, checked, audited. Resources are plain FHIR R4 JSON. */
export interface PluginRepository {
  create<T extends Resource>(resource: T): Promise<T & { id: string }>;
  /**
   * Creates resources that belong together: all or none. Each bears a random UUID that the plugin has made as its id, so that
   * they can refer to each other.
   * @returns them in the same order
   */
  createTogether(
    resources: readonly (Resource & { id: string })[],
  ): Promise<readonly (Resource & { id: string })[]>;
  /** Creates or replaces under an id of the caller's choice. */
  update<T extends Resource>(
    resource: T & { id: string },
    options?: { ifMatch?: string },
  ): Promise<T & { id: string }>;
  read<T extends Resource>(type: T['resourceType'], id: string): Promise<T & { id: string }>;
  /** `query` is a FHIR search string such as `identifier=system|value&_count=2`. */
  search<T extends Resource>(
    type: T['resourceType'],
    query: string,
  ): Promise<(T & { id: string })[]>;
  delete(type: string, id: string): Promise<void>;
}

/** A FHIR operation. @see https://hl7.org/fhir/R4/operations.html */
export interface OperationDefinition {
  /** Without the dollar sign. */
  readonly name: string;
  /** `system`: `/$name`; `type`: `/Type/$name`; `instance`: `/Type/id/$name`. */
  readonly level: 'system' | 'type' | 'instance';
  /** For type and instance level. */
  readonly resourceType?: string;
  /** True if GET is allowed, which means the operation changes nothing. */
  readonly get?: boolean;
  /** One sentence for the CapabilityStatement. */
  readonly documentation: string;
  handle(call: OperationCall): Promise<Resource | OperationResult>;
}

/** One call of an operation. The caller has passed the policy check; the access is audited by the host. */
export interface OperationCall {
  readonly principal: Principal;
  /** Data access under the caller's own policy. */
  readonly repository: PluginRepository;
  /** Counting under the aggregate rules of the caller's policy. */
  readonly aggregates: AggregateService;
  readonly requestId: string;
  /** Id in the URL at instance level. */
  readonly id?: string;
  /** The Parameters of the body; for GET, made from the query. */
  readonly parameters: Parameters;
  /** Aborted when the caller has gone or the server stops. */
  readonly signal: AbortSignal;
}

/**
 * Counts people for a caller whose policy opens resources to aggregates alone. What it gives is not fit to be shown: who
 * uses it answers for suppressing what is small. Patients are opaque tokens, the same in every call and useless elsewhere.
 */
export interface AggregateService {
  /** Largest of the smallest numbers of patients that a cell over these types may stand for; undefined: none is opened. */
  threshold(types: readonly string[]): number | undefined;
  /**
   * The patients of the resources that a FHIR search string finds.
   * @throws FhirError `AGGREGATE_DENIED`, `AGGREGATE_TOO_LARGE`, `SEARCH_*`, `ACCESS_PARAMETER_BLOCKED`
   */
  patients(type: string, query: string): Promise<ReadonlySet<string>>;
  /**
   * The mean of each patient's quantities in those Observations that a FHIR search string finds.
   * @param unit UCUM code; other quantities do not count
   */
  values(query: string, unit: string): Promise<ReadonlyMap<string, number>>;
  /** Takes one query from what the caller may ask on a day (UTC). False: nothing is left. */
  spend(limit: number): Promise<boolean>;
  /** Runs work on the log of releases; no other release runs beside it, and it is kept if the work does not fail. */
  release<T>(work: (log: ReleaseLog) => Promise<T>): Promise<T>;
}

/** What was given out before. */
export interface ReleaseLog {
  /** Forgets what was given out before an instant. */
  forget(before: Date): Promise<void>;
  /** What the caller was given about a subject, the newest first. */
  earlier(
    subject: string,
  ): Promise<
    readonly { readonly definition: string; readonly report: unknown; readonly released: Date }[]
  >;
  /** By which values releases have divided people, by parameter. */
  strata(): Promise<readonly Readonly<Record<string, readonly string[]>>[]>;
  /**
   * The people behind published numbers that are less than `distance` from a number.
   * @param everyone true: of releases to all callers
   */
  near(size: number, distance: number, everyone: boolean): Promise<readonly ReadonlySet<string>[]>;
  add(release: Release): Promise<void>;
}

/** An aggregate as it is given out. */
export interface Release {
  /** What it is about, such as a measure and a period. */
  readonly subject: string;
  /** Digest of the definition that was evaluated. */
  readonly definition: string;
  readonly strata: Readonly<Record<string, readonly string[]>>;
  readonly report: unknown;
  /** The people behind each number that was published or follows from those. */
  readonly cells: readonly ReadonlySet<string>[];
}

/** Answer of an operation that is not simply 200 with a resource. */
export interface OperationResult {
  readonly status: number;
  readonly resource?: Resource;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Verifies access tokens. */
export interface Authenticator {
  /**
   * @param presentation how the token was shown; a token that is bound to a key is refused without it
   * @returns the claims, or undefined if the token is not one of this issuer's.
   * @throws FhirError `AUTH_TOKEN_EXPIRED`, `AUTH_TOKEN_INVALID`
   */
  verify(token: string, presentation?: TokenPresentation): Promise<TokenClaims | undefined>;
  /**
   * Whether a login has ended, for what outlives the request that it was asked for in, such as a WebSocket. Absent: the
   * authenticator knows no logins.
   */
  hasEnded?(login: Pick<TokenClaims, 'loginId' | 'tokenId'>): Promise<boolean>;
  /**
   * Whether a client may still act for an identity, for what it has left behind: a Subscription. Absent: it always may.
   */
  permits?(owner: Pick<TokenClaims, 'profile' | 'clientId'>): Promise<boolean>;
  /** Challenges beside `Bearer`, for who comes without a token. @see https://www.rfc-editor.org/rfc/rfc9449#section-7.1 */
  readonly challenges?: readonly string[];
  /** What `.well-known/smart-configuration` says; absent: there is none. */
  readonly smartConfiguration?: SmartConfiguration;
}

/** What the host needs of an access token. */
export interface TokenClaims {
  /** FHIR identity of the caller. */
  readonly profile: string;
  /** Subject of the token: an account or a client. */
  readonly subject: string;
  readonly clientId: string;
  readonly tokenId: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  readonly scope: string;
  readonly acr?: string;
  /** Methods of the sign-in. @see https://www.rfc-editor.org/rfc/rfc8176 */
  readonly amr?: readonly string[];
  /** Time of the sign-in, in seconds since 1970. */
  readonly authTime?: number;
  /** The login that the token belongs to; service accounts have none. */
  readonly loginId?: string;
  /** Reference of the patient that the app was launched about. */
  readonly patient?: string;
}

/** How an access token was shown. */
export interface TokenPresentation {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly method: string;
  /** URL as the client calls it: public origin and path. */
  readonly url: string;
  /** A field of the request; undefined: it is not there. */
  header(name: string): string | undefined;
  /** Thumbprint (`x5t#S256`) of the certificate of the connection, which is asked for only where a token is bound to one. */
  certificate(): string | undefined;
}

/** Jobs in a database: enqueued in the caller's transaction, run at least once, retried with growing delays. */
export interface JobQueue {
  /** `key` makes the job unique: a second one with the same key replaces the waiting first one. */
  enqueue(
    tx: SqlClient,
    name: string,
    payload: unknown,
    options?: { runAt?: Date; key?: string; maxAttempts?: number },
  ): Promise<void>;
  /** Registers the handler of a job. A thrown error leads to the next attempt. */
  handle(
    name: string,
    handler: (payload: unknown, job: { attempt: number; signal: AbortSignal }) => Promise<void>,
  ): void;
}

/** An event that is not an access to a resource. @see https://profiles.ihe.net/ITI/BALP/ */
export interface SecurityEvent {
  /** Code of http://dicom.nema.org/resources/ontology/DCM for AuditEvent.type, such as `110114` (User Authentication). */
  readonly type: string;
  /** DCM code for AuditEvent.subtype, such as `110122` (Login). */
  readonly subtype?: string;
  readonly outcome: 'success' | 'minor' | 'serious' | 'major';
  /** FHIR reference of who acted, where it is known. */
  readonly agent?: string;
  readonly clientId?: string;
  /** FHIR reference of the patient whose access log shows the event. */
  readonly patient?: string;
  /** One sentence without personal data and without secrets. */
  readonly description: string;
  readonly requestId?: string;
  /** Network address from where it was asked for; AuditEvents show the network it lies in. */
  readonly network?: string;
  /** Names of the roles of who acted, with blanks between. */
  readonly roles?: string;
  /** Id of the token that stood for who acted. */
  readonly tokenId?: string;
  /** Present where the event is an alarm: the rule that raised it, and where what to do then is written down. */
  readonly alarm?: { readonly rule: string; readonly runbook: string };
}

/** Declares a plugin; the default export of `plugins/<name>/plugin.ts`. */
export function definePlugin<Config>(
  definition: PluginDefinition<Config>,
): PluginDefinition<Config> {
  return definition;
}
