import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import type { Logger } from 'pino';
import type { IdentityClass } from '../../../src/plugin/sdk.ts';
import type { Factor, NewFactor } from './factor-store.ts';

/** ES256, ES384 and ES512: what BSI TR-02102-1 knows of what passkeys can. */
const ALGORITHMS = [-7, -35, -36];
const TIMEOUT_MS = 120_000;
/** Ways to a device that browsers name; what a browser sends is not signed. */
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;

/** What a device answered to a challenge. */
export interface PasskeySignature {
  readonly counter: number;
  readonly backedUp: boolean;
}

/** Passkeys of this origin, always with verification of their user. @see https://www.w3.org/TR/webauthn-3/ */
export interface Passkeys {
  /**
   * Options of `navigator.credentials.create`. They name the account by a random id and by a neutral word, so that the list
   * of passkeys on a device tells nothing.
   */
  creationOptions(
    draft: { readonly challenge: string; readonly userHandle: string },
    identityClass: IdentityClass,
    present: readonly Factor[],
  ): Promise<Readonly<Record<string, unknown>>>;
  /** The factor that a response makes, or undefined: it does not hold, or its device is not admitted. */
  created(
    response: unknown,
    draft: { readonly challenge: string; readonly userHandle: string },
    identityClass: IdentityClass,
  ): Promise<NewFactor | undefined>;
  /** Options of `navigator.credentials.get`; they name no passkey. */
  requestOptions(challenge: string): Promise<Readonly<Record<string, unknown>>>;
  /** Credential id that a response claims, without believing it. */
  claimedId(response: unknown): string | undefined;
  /** Checks a response against the key of a factor; undefined: it does not hold. */
  signed(
    response: unknown,
    challenge: string,
    factor: Factor,
  ): Promise<PasskeySignature | undefined>;
}

export interface PasskeyParts {
  /** Public origin of the server; its host name is the id of the relying party. */
  readonly origin: string;
  /** Models of devices that staff may use, as AAGUIDs; empty: all. */
  readonly staffAaguids: readonly string[];
  readonly log: Logger;
}

/** Passkeys by SimpleWebAuthn; whatever it throws on is a response that does not hold. */
export function passkeys({ origin, staffAaguids, log }: PasskeyParts): Passkeys {
  const rpID = new URL(origin).hostname;
  const attested = (identityClass: IdentityClass): boolean =>
    identityClass !== 'patient' && staffAaguids.length > 0;
  const holds = async <T>(check: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await check();
    } catch (error) {
      log.info({ err: error }, 'auth.passkey.refused');
      return undefined;
    }
  };
  return {
    creationOptions: async (draft, identityClass, present) => ({
      ...(await generateRegistrationOptions({
        rpName: rpID,
        rpID,
        userName: 'Account',
        userDisplayName: '',
        userID: bytes(draft.userHandle),
        challenge: bytes(draft.challenge),
        timeout: TIMEOUT_MS,
        attestationType: attested(identityClass) ? 'direct' : 'none',
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        supportedAlgorithmIDs: ALGORITHMS,
        excludeCredentials: present.flatMap(({ detail }) =>
          detail.credentialId === undefined
            ? []
            : [{ id: detail.credentialId, transports: [...(detail.transports ?? [])] }],
        ),
      })),
    }),
    created: (response, draft, identityClass) =>
      holds(async () => {
        const { verified, registrationInfo } = await verifyRegistrationResponse({
          response: response as RegistrationResponseJSON,
          expectedChallenge: draft.challenge,
          expectedOrigin: origin,
          expectedRPID: rpID,
          requireUserVerification: true,
          supportedAlgorithmIDs: ALGORITHMS,
        });
        if (!verified) return undefined;
        const { aaguid, attestationObject, credential } = registrationInfo;
        if (attested(identityClass)) {
          // Self-attestation is signed by the passkey itself and names any model it likes.
          const certified = decodeAttestationObject(attestationObject).get('attStmt').get('x5c');
          if (certified === undefined || !staffAaguids.includes(aaguid)) return undefined;
        }
        return {
          kind: 'passkey',
          secret: Buffer.from(credential.publicKey).toString('base64url'),
          counter: credential.counter,
          detail: {
            credentialId: credential.id,
            synced: registrationInfo.credentialDeviceType === 'multiDevice',
            backedUp: registrationInfo.credentialBackedUp,
            aaguid,
            transports: TRANSPORTS.filter((one) => credential.transports?.includes(one) === true),
            userHandle: draft.userHandle,
          },
        };
      }),
    requestOptions: async (challenge) => ({
      ...(await generateAuthenticationOptions({
        rpID,
        challenge: bytes(challenge),
        timeout: TIMEOUT_MS,
        userVerification: 'required',
      })),
    }),
    claimedId(response) {
      const id = (response as { readonly id?: unknown } | null | undefined)?.id;
      return typeof id === 'string' && /^[\w-]{1,1400}$/.test(id) ? id : undefined;
    },
    signed: (response, challenge, factor) =>
      holds(async () => {
        const { verified, authenticationInfo } = await verifyAuthenticationResponse({
          response: response as AuthenticationResponseJSON,
          expectedChallenge: challenge,
          expectedOrigin: origin,
          expectedRPID: rpID,
          requireUserVerification: true,
          // The counter is compared where it is kept, after the signature holds: a copied key is told from a forgery.
          credential: {
            id: factor.detail.credentialId ?? '',
            publicKey: bytes(factor.secret),
            counter: 0,
          },
        });
        const { userHandle } = (response as AuthenticationResponseJSON).response;
        const sameUser = userHandle === undefined || userHandle === factor.detail.userHandle;
        const synced = authenticationInfo.credentialDeviceType === 'multiDevice';
        // Whether a passkey can leave its device is decided when it is made.
        if (!verified || !sameUser || synced !== factor.detail.synced) return undefined;
        return {
          counter: authenticationInfo.newCounter,
          backedUp: authenticationInfo.credentialBackedUp,
        };
      }),
  };
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, 'base64url'));
}
