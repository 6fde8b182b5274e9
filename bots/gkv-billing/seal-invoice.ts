import { loadIdentity, parseCertificate, signAndEncrypt } from '../../lib/secon/index.ts';
import type { SealStep } from './step-input.ts';

/** The invoice as SECON message: signed by the manufacturer, encrypted for the clearing point. @throws SeconError */
export async function sealInvoice({
  xml,
  identity,
  recipient,
  now,
}: SealStep): Promise<{ readonly cms: string }> {
  const cms = await signAndEncrypt(Buffer.from(xml, 'base64'), {
    identity: loadIdentity({ privateKeyPem: identity.key, certificates: identity.cert }),
    recipient: parseCertificate(recipient),
    signingTime: now,
  });
  return { cms: Buffer.from(cms).toString('base64') };
}
