import { readFile, stat } from 'node:fs/promises';
import { failedWith } from './file-errors.ts';

/** A user and group by number; a line in `/etc/passwd` is not needed to run a process under it. */
export interface ProcessIdentity {
  readonly uid: number;
  readonly gid: number;
}

/** Who PostgreSQL runs as when the server itself runs as root. */
export interface ServerAccount {
  /** Owns the data directory and runs the server: a number that nobody else on the machine has. */
  readonly server: ProcessIdentity;
  /** Runs `initdb` only, which insists on a user with a name. */
  readonly initdb: ProcessIdentity;
}

/** Numbers that neither distributions nor administrators give to users; systemd takes its dynamic users from here. */
const DYNAMIC_UIDS = { first: 64_000, last: 65_500 } as const;

/**
 * Chooses the account for PostgreSQL, which refuses to run as root: undefined for an ordinary user, who runs it
 * themselves. No user is created on the machine; a data directory that exists keeps its owner.
 */
export async function chooseAccount(
  processUid: number | undefined,
  dataDirectory: string,
  passwdFile = '/etc/passwd',
): Promise<ServerAccount | undefined> {
  if (processUid !== 0) return undefined;
  const users = parsePasswd(await readFile(passwdFile, 'utf8').catch(() => ''));
  const owner = await ownerOf(dataDirectory);
  const server = owner ?? freeIdentity(new Set(users.map((user) => user.uid)));
  const named =
    users.find((user) => user.name === 'nobody') ?? users.find((user) => user.uid !== 0);
  return { server, initdb: named ?? server };
}

async function ownerOf(directory: string): Promise<ProcessIdentity | undefined> {
  try {
    const { uid, gid } = await stat(directory);
    return uid === 0 ? undefined : { uid, gid };
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function freeIdentity(taken: ReadonlySet<number>): ProcessIdentity {
  for (let uid: number = DYNAMIC_UIDS.last; uid >= DYNAMIC_UIDS.first; uid--) {
    if (!taken.has(uid)) return { uid, gid: uid };
  }
  return { uid: DYNAMIC_UIDS.last, gid: DYNAMIC_UIDS.last };
}

function parsePasswd(text: string): (ProcessIdentity & { readonly name: string })[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || uid === undefined || gid === undefined) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}
