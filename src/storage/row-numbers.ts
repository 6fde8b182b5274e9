import type { SqlClient } from './database.ts';

/** Step of the sequence `resource_rid`; a migration sets it, so both change together. */
const BLOCK = 256n;

/** Gives numbers to new resources: ascending on this node, unique everywhere. */
export interface RowNumbers {
  /** Takes `count` numbers, in ascending order. */
  take(count: number): Promise<readonly string[]>;
}

/**
 * Takes numbers in blocks, so that a create needs no round trip for its own. What is left of a block when the server
 * stops is lost; nothing needs the numbers to be without gaps.
 */
export function createRowNumbers(client: SqlClient): RowNumbers {
  let next = 0n;
  let end = 0n;
  let refill: Promise<void> | undefined;
  const fetchBlock = async (): Promise<void> => {
    const [row] = await client.query<{ start: string }>({
      name: 'rid',
      text: "select nextval('resource_rid') as start",
    });
    next = BigInt((row as { start: string }).start);
    end = next + BLOCK;
  };
  return {
    async take(count) {
      const taken: string[] = [];
      while (taken.length < count) {
        if (next < end) {
          taken.push(String(next));
          next += 1n;
        } else {
          refill ??= fetchBlock().finally(() => {
            refill = undefined;
          });
          await refill;
        }
      }
      return taken;
    },
  };
}
