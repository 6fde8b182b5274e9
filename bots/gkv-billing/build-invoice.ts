import { buildXRechnung } from '../../lib/gkv/index.ts';
import type { BuildStep } from './step-input.ts';

/** The invoice in UN/CEFACT CII. @throws GkvMessageError with a code beginning `RECHNUNG_` */
export function buildInvoice({ invoice }: BuildStep): { readonly xml: string } {
  return { xml: Buffer.from(buildXRechnung(invoice)).toString('base64') };
}
