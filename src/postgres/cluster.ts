import type { PostgresBinaries } from './binaries.ts';
import type { ServerAccount } from './account.ts';

/** One PostgreSQL cluster: where its files are and who runs it. */
export interface Cluster {
  readonly binaries: PostgresBinaries;
  /** Owner of `data` and `socket`; undefined: the user who runs this process. */
  readonly account: ServerAccount | undefined;
  /** The data directory. */
  readonly data: string;
  /** Folder of the Unix socket. */
  readonly socket: string;
  /** TCP port on 127.0.0.1, if TCP is wanted. */
  readonly port: number | undefined;
}

/** Name of the superuser of an embedded cluster; used to prepare databases only. */
export const ADMIN_ROLE = 'diga_admin';
