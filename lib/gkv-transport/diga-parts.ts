import { TransportError } from './transport-error.ts';

/** The four parts of a message, the same in both directions. */
export interface DigaParts {
  /** IK of the sender, nine digits without the letters IK. */
  readonly iksender: string;
  /** IK of the receiver, nine digits: towards the insurer `IK_Abrechnungsstelle`. */
  readonly ikempfaenger: string;
  /** `E` or `T`, three letters of the procedure, version digit: `EDFC0`, `TDFC0`, `EDRE0`, `TDRE0`. */
  readonly verfahren: string;
  /** CMS message, BER or DER. */
  readonly nutzdaten: Uint8Array;
}

const IK = /^\d{9}$/;
const VERFAHREN = /^[ET][A-Z]{3}\d$/;

/** @throws TransportError REQUEST_INVALID */
export function assertDigaParts(parts: DigaParts): void {
  const wrong = [
    IK.test(parts.iksender) ? '' : 'iksender',
    IK.test(parts.ikempfaenger) ? '' : 'ikempfaenger',
    VERFAHREN.test(parts.verfahren) ? '' : 'verfahren',
    parts.nutzdaten.byteLength > 0 ? '' : 'nutzdaten',
  ].filter((name) => name !== '');
  if (wrong.length > 0) {
    throw new TransportError('REQUEST_INVALID', `Malformed part: ${wrong.join(', ')}`);
  }
}
