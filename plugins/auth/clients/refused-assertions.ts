import type { SecurityEvent } from '../../../src/plugin/sdk.ts';
import type { Throttle } from '../accounts/throttle.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';
import type { ClientStore } from './client-store.ts';

/** What becomes of service accounts by the assertions they bring. */
export interface AssertionWatch {
  /** Notes a token that was issued. */
  accepted(clientId: string, address: string): Promise<void>;
  /**
   * Counts an assertion that was refused. The account is switched off only by those that come from where it last got a
   * token: from elsewhere anybody could switch it off, and is held up by the limit of the address alone.
   */
  refused(clientId: string, address: string): Promise<void>;
}

/** @param perHour refused assertions in an hour that switch an account off */
export function assertionWatch(
  clients: ClientStore,
  throttle: Throttle,
  digest: KeyedDigest,
  audit: (event: SecurityEvent) => Promise<void>,
  perHour: number,
): AssertionWatch {
  const rule = {
    kind: 'client-assertions',
    delays: [...new Array<number>(perHour - 1).fill(0), 3600],
    window: 3600,
  };
  return {
    accepted: (clientId, address) => clients.recordUse(clientId, digest(address)),
    async refused(clientId, address) {
      if (!(await clients.isUsualAddress(clientId, digest(address)))) return;
      const answer = await throttle.attempt(rule, clientId);
      if (answer.allowed && !answer.lastBeforeBlock) return;
      if (!(await clients.disable(clientId))) return;
      await audit({
        type: '110113',
        subtype: '110137',
        outcome: 'serious',
        clientId,
        description: `Service account ${clientId} switched off after ${perHour} refused assertions in an hour`,
      });
    },
  };
}
