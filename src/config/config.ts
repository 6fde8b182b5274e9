import type { RetentionRules } from '../audit/retention/classes.ts';
import type { S3Options } from '../blobs/s3-store.ts';
import type { DatabaseName } from '../storage/database.ts';
import type { ParsedConfig } from './schema.ts';

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
    /** Largest content of a Binary, in bytes. */
    readonly maxBinaryBytes: number;
    /** In lower case; undefined: there is no proxy whose word counts. */
    readonly clientAddressHeader: string | undefined;
    /** Addresses and networks (CIDR) of the proxies in front. */
    readonly trustedProxies: readonly string[];
    readonly maxConnections: number;
    /** Undefined: the server listens without TLS. */
    readonly tls: TlsConfig | undefined;
    /** Undefined: no pins are published. Absolute paths. */
    readonly publishedPins: { readonly file: string; readonly publicKeyFile: string } | undefined;
    readonly cors: {
      /** `http://localhost:*` stands for every port. */
      readonly origins: readonly string[];
    };
  };
  /** Own servers; undefined: the embedded PostgreSQL is to be started. */
  readonly databases: Readonly<Record<DatabaseName, DatabaseConfig>> | undefined;
  readonly log: {
    readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  };
  readonly search: ParsedConfig['search'];
  readonly fhir: {
    readonly referentialIntegrity: boolean;
    readonly conditionalDelete: 'single' | 'multiple';
    /** Absolute paths of FHIR packages. */
    readonly packages: readonly string[];
    readonly validateProfilesOnWrite: 'off' | 'declared';
  };
  /** By plugin name; a plugin that is not named here runs with its defaults. */
  readonly plugins: Readonly<Record<string, PluginConfig>>;
  readonly audit: {
    /** JSON Web Key Set; undefined: the one of the data directory. */
    readonly keys: string | undefined;
    readonly sealSeconds: number;
    readonly retention: RetentionRules;
    readonly witness: {
      readonly url: string | undefined;
      readonly token: string | undefined;
      /** Absolute path. */
      readonly directory: string | undefined;
      readonly everySeconds: number;
    };
  };
  readonly bots: {
    /** Longest limit of a deployed bot. */
    readonly timeoutSeconds: number;
    /** Heap of a deployed bot in MiB. */
    readonly memoryMb: number;
    /** What deployed bots need of the machine. */
    readonly isolation: 'namespaces' | 'any';
    /** Host names, `*.domain`, or `*`; a port may follow. */
    readonly destinations: readonly string[];
    /** `host` or `host:port` that may lie in a private network. */
    readonly privateDestinations: readonly string[];
    readonly webhooks: boolean;
    readonly keepRunsDays: number;
    readonly jobsPerClient: number;
    /** By bot and name. */
    readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  /** Without `s3`, blobs are files in the data directory. */
  readonly blobs: { readonly s3: S3Options | undefined };
  readonly storage: {
    /** Who says that storage is encrypted, how, and since when. */
    readonly encryptionAtRest:
      | { readonly statement: string; readonly signedBy: string; readonly date: string }
      | undefined;
  };
  /** Undefined: no counters are served. */
  readonly metrics: { readonly port: number; readonly host: string } | undefined;
  readonly subscriptions: {
    /** Host names, `*.domain`, or `*`; a port may follow. */
    readonly destinations: readonly string[];
    /** `host` or `host:port` that may lie in a private network. */
    readonly privateDestinations: readonly string[];
    readonly timeoutSeconds: number;
    readonly maxSockets: number;
    readonly maxSubscriptions: number;
  };
  readonly bulk: {
    /** Hours for which the files of an export are kept. */
    readonly keepHours: number;
    /** Exports and imports of one client at the same time. */
    readonly jobsPerClient: number;
    /** Lines of one file at most. */
    readonly linesPerFile: number;
    /** Largest input of an import in bytes. */
    readonly maxImportBytes: number;
    /** Longest line of an import in bytes. */
    readonly maxLineBytes: number;
  };
  readonly redis: { readonly url: string } | undefined;
  /** Start the stand-ins of the outside world beside the server. */
  readonly sandboxes: boolean;
}

/** TLS of the listener; paths are absolute. */
export interface TlsConfig {
  readonly certificates: readonly { readonly certFile: string; readonly keyFile: string }[];
  readonly clientCertificates: {
    readonly mode: 'off' | 'request' | 'require';
    readonly caFile: string | undefined;
  };
  readonly profile: 'bsi' | 'bsi-hybrid';
  readonly weakChain: 'warn' | 'refuse';
  /** 0: only when asked to. */
  readonly reloadSeconds: number;
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
