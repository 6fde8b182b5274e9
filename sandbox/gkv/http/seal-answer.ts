import { randomBytes } from 'node:crypto';
import { type SeconIdentity, signAndEncrypt } from '../../../lib/secon/index.ts';
import type { FaultKind } from '../faults.ts';
import type { TestPki } from '../pki/test-pki.ts';
import type { Abrechnungsstelle } from '../sandbox-insurers.ts';
import type { SandboxState } from '../sandbox-state.ts';

/** The identity of a clearing point. */
export function identityOf(pki: TestPki, stelle: Abrechnungsstelle): SeconIdentity {
  const identity = pki.abrechnungsstellen.get(stelle);
  if (identity === undefined) throw new TypeError(`No identity for ${stelle.path}`);
  return identity;
}

/** Signs and encrypts an answer for the manufacturer, or does it wrongly on demand. */
export async function sealAnswer(
  document: Uint8Array,
  stelle: Abrechnungsstelle,
  state: SandboxState,
  fault: FaultKind,
): Promise<Uint8Array> {
  if (fault === 'garbage') return randomBytes(700);
  const pki = await state.pki;
  return signAndEncrypt(document, {
    identity: fault === 'wrong-key' ? pki.impostor : identityOf(pki, stelle),
    recipient: (fault === 'wrong-recipient' ? pki.impostor : pki.hersteller).certificate,
    signingTime: state.clock.now(),
  });
}
