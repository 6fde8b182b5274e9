import type { DatabaseName } from '../storage/database.ts';

/** How the product runs. */
export type Mode = 'sandbox' | 'production';

/** The effective configuration: complete, checked, immutable. */
export interface Config {
  readonly mode: Mode;
  /** Absolute path. */
  readonly dataDirectory: string;
  readonly http: {
    readonly port: number;
    readonly host: string;
    /** Without a trailing slash. */
    readonly origin: string;
    readonly maxBodyBytes: number;
  };
  /** Own servers; undefined: the embedded PostgreSQL is to be started. */
  readonly databases: Readonly<Record<DatabaseName, DatabaseConfig>> | undefined;
  readonly log: {
    readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  };
  readonly search: { readonly defaultCount: number; readonly maxCount: number };
  /** By plugin name; a plugin that is not named here runs with its defaults. */
  readonly plugins: Readonly<Record<string, PluginConfig>>;
  readonly bots: {
    readonly timeoutSeconds: number;
    /** By bot and name. */
    readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  readonly redis: { readonly url: string } | undefined;
  /** Start the stand-ins of the outside world beside the server. */
  readonly sandboxes: boolean;
}

/** Connection URLs of one database; they contain passwords. */
export interface DatabaseConfig {
  /** Runtime role. */
  readonly url: string;
  /** Owner role, for migrations. */
  readonly ownerUrl: string;
}

/** Configuration of one plugin. */
export interface PluginConfig {
  readonly enabled: boolean;
  /** Everything but `enabled`; checked by the plugin's own schema. */
  readonly section: Readonly<Record<string, unknown>>;
}
