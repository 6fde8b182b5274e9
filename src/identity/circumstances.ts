/** What a request comes with, beside its token: conditions of policies are held against it. */
export interface Circumstances {
  /** Network address of the client; absent where the server acts by itself, for which no network rule is asked. */
  readonly address?: string;
  /** How the person was authenticated (`acr` of the token). */
  readonly acr?: string;
  /**
   * True for a machine that has signed in with its own key: there is no person to authenticate better. A token that says
   * how somebody was authenticated is held to it, whatever its identity: a person may act as a device, and a machine may
   * have shown no more than a secret.
   */
  readonly machine: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const MACHINES: ReadonlySet<string> = new Set(['ClientApplication', 'Device', 'Bot']);

/** True for identities that stand for no person. @param profile `Practitioner/x` */
export function isMachine(profile: string): boolean {
  return MACHINES.has(profile.split('/', 1)[0] ?? '');
}
