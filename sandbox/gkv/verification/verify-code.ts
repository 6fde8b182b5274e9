import { hasValidCheckCharacter } from '../check-digit.ts';
import type { CodeLedger } from '../codes/code-ledger.ts';
import { germanDay } from '../german-time.ts';
import { krankenkassen, prefixesOf } from '../sandbox-insurers.ts';
import type { Anfrage } from './anfrage.ts';
import type { Leistung } from './answer-document.ts';
import { type Fehler, testCodes } from './fehler.ts';

/** What the insurer knows beside the request. */
export interface VerificationContext {
  readonly ledger: CodeLedger;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Judges a request as an insurer does. In the test procedure the official test codes have their published results;
 * any other code must have been issued here, and a code once redeemed gives the same answer again.
 */
export async function verifyCode(
  anfrage: Anfrage,
  { ledger, now }: VerificationContext,
): Promise<Leistung | Fehler> {
  const code = anfrage.freischaltcode;
  if (anfrage.verfahrenskennung === 'TDFC0') {
    const result = testCodes[code];
    if (result === 0) return { digaVeId: `${anfrage.digaId}000`, tag: germanDay(now) };
    if (result !== undefined) return { nummer: result };
  }
  const krankenkasse = krankenkassen.find(
    (candidate) => candidate.kostentraegerkennung === anfrage.ikKrankenkasse,
  );
  const issued = ledger.code(code);
  if (
    krankenkasse === undefined ||
    issued === undefined ||
    !hasValidCheckCharacter(code) ||
    !prefixesOf(krankenkasse).includes(code.slice(0, 2)) ||
    !issued.digaVeId.startsWith(anfrage.digaId)
  ) {
    return { nummer: 102 };
  }
  if (issued.state === 'expired') return { nummer: 100 };
  if (issued.state === 'cancelled') return { nummer: 101 };
  if (issued.redeemedOn !== undefined) {
    if (issued.redeemedBy !== anfrage.ikHersteller) return { nummer: 102 };
    return { digaVeId: issued.digaVeId, tag: issued.redeemedOn };
  }
  const tag = germanDay(now);
  await ledger.putCode({ ...issued, redeemedOn: tag, redeemedBy: anfrage.ikHersteller });
  return { digaVeId: issued.digaVeId, tag };
}
