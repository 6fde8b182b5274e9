import { createCipheriv, createDecipheriv } from 'node:crypto';

/**
 * Ids of AuditEvents. The ledger numbers its rows in order, and such a number would tell everybody how much is going on;
 * so the id is the number encrypted as one block, which needs neither a column nor an index of its own.
 */
export interface EventId {
  seal(seq: string): string;
  /** The number of the row, or undefined where the text is not one of our ids. */
  open(id: string): string | undefined;
}

const BLOCK = 16;

/** @param key 32 random bytes */
export function createEventId(key: Buffer): EventId {
  return {
    seal(seq) {
      const block = Buffer.alloc(BLOCK);
      block.writeBigInt64BE(BigInt(seq), 8);
      // One block that never repeats: ECB is the bare permutation here, which is what is wanted.
      const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
      return Buffer.concat([cipher.update(block), cipher.final()]).toString('hex');
    },
    open(id) {
      if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
      const cipher = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false);
      const block = Buffer.concat([cipher.update(Buffer.from(id, 'hex')), cipher.final()]);
      // Eight zero bytes are the check: a guessed id passes it once in 2^64.
      return block.readBigInt64BE(0) === 0n ? String(block.readBigInt64BE(8)) : undefined;
    },
  };
}
