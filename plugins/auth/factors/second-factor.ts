import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { SecondFactor } from '../../../src/plugin/sdk.ts';
import type { TotpFactor } from '../accounts/totp.ts';
import { PHISHING_RESISTANT_ACR, TWO_FACTOR_ACR } from '../security/assurance.ts';
import type { Factor, FactorStore } from './factor-store.ts';
import type { Passkeys } from './passkeys.ts';

/** A proof that holds. */
export interface ProvenFactor {
  readonly factor: Factor;
  /** Level that it makes together with a password. */
  readonly acr: string;
  /** Values of RFC 8176 for this factor alone. */
  readonly amr: readonly string[];
  /** Uses the proof up. `copied`: the counter of the passkey went back. */
  use(): Promise<'used' | 'replayed' | 'copied'>;
}

/** Checks second factors. */
export interface SecondFactors {
  /**
   * Checks a proof without using it up, so that a wrong password does not cost a right code. Accounts that do not exist
   * are checked against a secret of nobody.
   * @param challenge of the attempt; without one no passkey holds
   */
  check(
    accountId: string | undefined,
    proof: SecondFactor,
    challenge: string | undefined,
  ): Promise<ProvenFactor | undefined>;
}

/** Id that no account has. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Second factors of accounts. */
export function secondFactors(parts: {
  readonly factors: FactorStore;
  readonly totp: TotpFactor;
  readonly passkeys: Passkeys;
}): SecondFactors {
  const { factors, totp, passkeys } = parts;
  const nobody = nobodysFactors(totp);
  return {
    async check(accountId, proof, challenge) {
      const kept = await factors.active(accountId ?? NOBODY);
      if (proof.kind === 'totp') {
        const apps = kept.filter(({ kind }) => kind === 'totp');
        let proven: ProvenFactor | undefined;
        for (const factor of apps.length > 0 ? apps : [nobody.totp]) {
          const counter = totp.match(
            factor.secret,
            factor.detail.algorithm ?? 'SHA256',
            proof.code,
          );
          if (counter === undefined || factor === nobody.totp) continue;
          proven = {
            factor,
            acr: TWO_FACTOR_ACR,
            amr: ['otp'],
            use: async () => ((await factors.useTotp(factor, counter)) ? 'used' : 'replayed'),
          };
        }
        return proven;
      }
      if (challenge === undefined) return undefined;
      const claimed = passkeys.claimedId(proof.response);
      const factor = kept.find(
        ({ kind, detail }) => kind === 'passkey' && detail.credentialId === claimed,
      );
      const signature = await passkeys.signed(proof.response, challenge, factor ?? nobody.passkey);
      if (factor === undefined || signature === undefined) return undefined;
      const synced = factor.detail.synced !== false;
      return {
        factor,
        acr: synced ? TWO_FACTOR_ACR : PHISHING_RESISTANT_ACR,
        amr: [synced ? 'swk' : 'hwk', 'user'],
        use: async () =>
          (await factors.usePasskey(factor, signature.counter, signature.backedUp))
            ? 'used'
            : 'copied',
      };
    },
  };
}

function nobodysFactors(totp: TotpFactor): { readonly totp: Factor; readonly passkey: Factor } {
  const base = { id: NOBODY, accountId: NOBODY, counter: 0, createdAt: new Date(0) };
  const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
    format: 'jwk',
  });
  return {
    totp: {
      ...base,
      kind: 'totp',
      secret: totp.newSecret(),
      detail: { algorithm: 'SHA256' },
      activeFrom: base.createdAt,
    },
    passkey: {
      ...base,
      kind: 'passkey',
      secret: coseKey(x, y).toString('base64url'),
      detail: { credentialId: randomBytes(16).toString('base64url'), synced: false },
      activeFrom: base.createdAt,
    },
  };
}

/** An ES256 key as COSE writes it. @see https://www.rfc-editor.org/rfc/rfc9053 section 7.1.1 */
function coseKey(x: string, y: string): Buffer {
  return Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ]);
}
