import {
  DELETION_TYPE,
  openCheckpoint,
  openStatement,
  type VerificationKey,
  verificationKey,
} from '../checkpoint.ts';
import type { Frontier } from '../frontier.ts';
import { thumbprint } from '../keys.ts';
import type { Findings } from './finding.ts';
import type { Deletion } from './periods.ts';

/** Thumbprints of the keys that are trusted, or `any`: the keys that the ledger itself names. */
export type TrustedKeys = ReadonlySet<string> | 'any';

/** A signed checkpoint that somebody else has kept. */
export interface WitnessCopy {
  readonly size: number;
  readonly jws: string;
  readonly name: string;
}

/** What was signed about a ledger, while it is verified. */
export interface Statements {
  /** A key that the ledger names. */
  key(jwk: Readonly<Record<string, unknown>>): void;
  checkpoint(event: { readonly size: number; readonly jws: string }, tree: Frontier): void;
  deletion(jws: string): Deletion | undefined;
  /** Told of each leaf: copies of a witness may be of any size. */
  size(tree: Frontier): void;
  end(size: number): void;
  checked(): number;
  witnessed(): number;
}

export function createStatements(
  findings: Findings,
  trusted: TrustedKeys,
  witness: readonly WitnessCopy[],
): Statements {
  const keys = new Map<string, VerificationKey>();
  const find = (kid: string): VerificationKey | undefined => keys.get(kid);
  let checked = 0;
  let witnessed = 0;
  let next = 0;
  /** Size of the last tree that was right. */
  let good = 0;
  let broken = false;
  let origin: string | undefined;
  let time = '';

  return {
    key(jwk) {
      const kid = thumbprint(jwk);
      if (trusted === 'any' || trusted.has(kid)) keys.set(kid, verificationKey(jwk));
      else findings.notice(`The key ${kid} is not among those that are trusted`);
    },
    checkpoint({ size, jws }, tree) {
      const said = openCheckpoint(jws, find);
      if (said?.size !== size || (origin !== undefined && said.origin !== origin)) {
        const text = `the checkpoint of size ${String(size)} is not signed by a trusted key, or for another ledger`;
        findings.fault({ kind: 'checkpoint-forged', text });
        return;
      }
      origin = said.origin;
      checked += 1;
      if (said.time < time)
        findings.notice(`Checkpoint ${String(size)}: ${said.time} is before ${time}`);
      time = said.time;
      if (size !== tree.size) {
        findings.fault({
          kind: 'checkpoint-beyond',
          leaves: [tree.size, size],
          text: `a checkpoint covers ${String(size)} leaves where there are ${String(tree.size)}`,
        });
        return;
      }
      if (tree.root().toString('base64') === said.root) {
        good = size;
        return;
      }
      // One leaf that is not right makes all later roots differ.
      if (!broken) {
        const text = 'the leaves are not those that the checkpoint was signed over';
        findings.fault({ kind: 'root-differs', leaves: [good, size], text });
      }
      broken = true;
    },
    deletion(jws) {
      const said = openStatement(DELETION_TYPE, jws, find);
      if (said === undefined) {
        const text = 'a deletion record is not signed by a trusted key';
        findings.fault({ kind: 'checkpoint-forged', text });
        return undefined;
      }
      return said as unknown as Deletion;
    },
    size(tree) {
      for (let copy = witness[next]; copy?.size === tree.size; copy = witness[next]) {
        next += 1;
        const said = openCheckpoint(copy.jws, find);
        if (said === undefined) {
          findings.notice(`${copy.name} holds no checkpoint that a trusted key has signed`);
          continue;
        }
        witnessed += 1;
        if (tree.root().toString('base64') === said.root) continue;
        findings.fault({
          kind: 'witness-differs',
          leaves: [good, tree.size],
          text: `${copy.name}: the witness has seen another ledger`,
        });
      }
    },
    end(size) {
      if (good < size && !broken) {
        const text = 'no checkpoint covers these leaves';
        findings.fault({ kind: 'unsealed-tail', leaves: [good, size], text });
      }
      for (const copy of witness.slice(next)) {
        const said = openCheckpoint(copy.jws, find);
        if (said === undefined) {
          findings.notice(`${copy.name} holds no checkpoint that a trusted key has signed`);
          continue;
        }
        findings.fault({
          kind: 'witness-beyond',
          leaves: [size, copy.size],
          text: `${copy.name}: the witness has seen ${String(copy.size)} leaves, and there are ${String(size)}`,
        });
      }
    },
    checked: () => checked,
    witnessed: () => witnessed,
  };
}
