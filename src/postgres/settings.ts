/** What differs from PostgreSQL's defaults, and why. */
const SETTINGS: Readonly<Record<string, string>> = {
  // Connections and memory of a machine with 2 cores and 2 GB.
  max_connections: '64',
  superuser_reserved_connections: '3',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  maintenance_work_mem: '96MB',
  // Containers often have 64 MB of /dev/shm, which parallel queries exceed; short queries gain nothing from them.
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  random_page_cost: '1.1',
  // A committed write survives a power cut; nothing that trades this for speed is switched on.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // The packaged build knows neither lz4 nor zstd.
  wal_compression: 'pglz',
  wal_level: 'replica',
  max_wal_senders: '2',
  max_wal_size: '1GB',
  min_wal_size: '64MB',
  checkpoint_completion_target: '0.9',
  // Resource versions are inserted and rarely updated: the visibility map must keep up for index-only scans.
  autovacuum_vacuum_insert_scale_factor: '0.05',
  autovacuum_analyze_scale_factor: '0.05',
  autovacuum_naptime: '20s',
  // Messages must not carry stored content: no statements, no parameters, no "Key (…)=(…)" details, and no errors of
  // statements, whose texts quote values; the application gets those itself.
  log_destination: 'stderr',
  logging_collector: 'off',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_checkpoints: 'off',
  log_line_prefix: '',
  lc_messages: 'C',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Where the server listens. */
export interface ListenSettings {
  /** Folder of the Unix socket as the server process sees it. */
  readonly socketDirectory: string;
  /** TCP port on 127.0.0.1; without it there is no TCP at all. */
  readonly port?: number;
}

/** Port in the name of the socket file when there is no TCP port. */
export const SOCKET_PORT = 5432;

/** Text of `postgresql.conf`; written anew at every start, so that a new release brings its settings along. */
export function postgresqlConf(listen: ListenSettings): string {
  const settings = {
    ...SETTINGS,
    listen_addresses: listen.port === undefined ? '' : '127.0.0.1',
    port: String(listen.port ?? SOCKET_PORT),
    unix_socket_directories: listen.socketDirectory,
    unix_socket_permissions: '0700',
  };
  return [
    '# Written by diga-server at every start. Settings of your own belong into local.conf beside this file.',
    ...Object.entries(settings).map(
      ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`,
    ),
    "include_if_exists = 'local.conf'",
    '',
  ].join('\n');
}

/** Text of `pg_hba.conf`: a password for everybody, everywhere. */
export function pgHbaConf(): string {
  return [
    '# Written by diga-server at every start.',
    'local all all              scram-sha-256',
    'host  all all 127.0.0.1/32 scram-sha-256',
    '',
  ].join('\n');
}
