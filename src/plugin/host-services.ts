import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Database } from '../storage/database.ts';
import type {
  JobQueue,
  Mode,
  PluginAccessPolicy,
  PluginHost,
  PluginRepository,
  RouteCaller,
  SecurityEvent,
} from './sdk.ts';

/** What the host has plugins work with. */
export interface HostServices {
  readonly mode: Mode;
  readonly log: Logger;
  readonly clock: Clock;
  /** Public origin of the server without a trailing slash. */
  readonly origin: string;
  /** Folder below which each plugin gets one of its own. */
  readonly dataDirectory: string;
  /** The stand-in that runs beside the server for a plugin, if there is one. */
  sandboxOf?(plugin: string): { readonly url: string; readonly dataDirectory: string } | undefined;
  readonly databases: Readonly<Record<'accounts' | 'billing', Database>>;
  /** Data access of a plugin's identity, `Device/plugin-<name>`, under the policy it declares. */
  repositoryFor(reference: string, policy: PluginAccessPolicy): PluginRepository;
  jobsFor(database: 'accounts' | 'billing'): JobQueue;
  /** Brings the tables of a plugin up to date; called before the plugin registers. */
  migrate(database: 'accounts' | 'billing', directory: string, area: string): Promise<void>;
  executeBot(
    name: string,
    input: unknown,
    options: { readonly requester: string },
  ): Promise<unknown>;
  /** @throws FhirError `AUTH_*`, `ACCESS_DENIED_NETWORK` */
  asCaller(request: IncomingMessage): Promise<RouteCaller>;
  /** @throws FhirError `ACCESS_DENIED_NETWORK` */
  readonly asIdentity: PluginHost['asIdentity'];
  /** True if scripts of an origin may call with credentials. */
  allowsOrigin?(origin: string): boolean;
  /** @param plugin name of the one whose event it is */
  audit(event: SecurityEvent, plugin: string): Promise<void>;
}
