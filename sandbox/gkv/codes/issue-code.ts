import { randomBytes } from 'node:crypto';
import { base32Characters, base32CheckCharacter } from '../check-digit.ts';
import type { Krankenkasse } from '../sandbox-insurers.ts';
import type { CodeLedger, IssuedCode } from './code-ledger.ts';

/** A code to issue. */
export interface CodeOrder {
  readonly krankenkasse: Krankenkasse;
  /** Eight digits: DiGA-ID and prescription unit. */
  readonly digaVeId: string;
  readonly state: IssuedCode['state'];
}

/** Issues a fresh Freischaltcode: prefix, version `A`, twelve random characters, check character. */
export async function issueCode(ledger: CodeLedger, order: CodeOrder): Promise<IssuedCode> {
  const prefix = order.krankenkasse.kostentraegerkuerzel;
  const payload = `${prefix}A${base32Characters(randomBytes(12))}`;
  const issued: IssuedCode = {
    code: `${payload}${base32CheckCharacter(payload)}`,
    kostentraegerkuerzel: prefix,
    digaVeId: order.digaVeId,
    state: order.state,
  };
  await ledger.putCode(issued);
  return issued;
}
