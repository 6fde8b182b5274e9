import type { SecurityEvent } from '../../../src/plugin/sdk.ts';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { KeyRing } from './key-ring.ts';

export interface WatchKeysParts {
  readonly ring: KeyRing;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  /** Puts the keys to use that the ring has from now on. */
  readonly changed: () => void;
}

/**
 * Looks whether other keys are to be used, by the file or by the clock, and takes them into use without a restart. A file
 * that cannot be used is told once, and the keys in use stay in use.
 */
export function watchKeys({ ring, audit, changed }: WatchKeysParts): () => Promise<void> {
  let told: string | undefined;
  return async () => {
    try {
      if (!(await ring.refresh())) {
        told = undefined;
        return;
      }
    } catch (error) {
      if (!isFhirError(error) || error.message === told) throw error;
      told = error.message;
      await audit(keyEvent('serious', 'The key file cannot be used; the keys in use stay in use'));
      throw error;
    }
    told = undefined;
    changed();
    const { active, published } = ring.signing();
    const others = published.filter((key) => key !== active).map(({ kid }) => kid);
    const beside = others.length === 0 ? '' : `; published beside it: ${others.join(', ')}`;
    await audit(keyEvent('success', `Keys have changed. Signing key: ${active.kid}${beside}`));
  };
}

function keyEvent(outcome: SecurityEvent['outcome'], description: string): SecurityEvent {
  return { type: '110113', subtype: '110129', outcome, description };
}
