import type { IdentityClass, LoginView } from '../../../src/plugin/sdk.ts';

/** One sign-in that lasts, with what only this plugin may know about it. */
export interface Login extends LoginView {
  readonly accountId: string;
  readonly class: IdentityClass;
  /** Name of the grant in tokens; absent between the sign-in and the grant. */
  readonly grantKey?: string;
  /** Name of the browser session that the grant was made in. */
  readonly sessionKey?: string;
  /** RFC 7638 thumbprint of the key that the device has proved to hold. */
  readonly deviceKey?: string;
  /** Network prefix of the last sign-in. */
  readonly network?: string;
  /** Launch context of SMART: patient, encounter, intent, fhirContext. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly expiresAt: Date;
}
