import { randomBytes } from 'node:crypto';
import type { SignInOrigin } from '../../../../src/plugin/sdk.ts';
import type { KeyedDigest } from '../../keys/keyed-digest.ts';
import type { ClientAddress } from '../client-address.ts';
import { cookie } from '../locale.ts';
import { formToken } from '../own-form.ts';
import { signInOrigin } from '../sign-in-origin.ts';
import type { Visit } from '../visit.ts';

/** A request to a page that needs no sign-in. */
export interface OpenVisit extends Visit {
  readonly token: Buffer;
  readonly formToken: string;
  readonly from: SignInOrigin;
}

/** Handler of one such page. */
export type OpenHandler = (visit: OpenVisit) => Promise<void>;

/** Forms belong to the browser that was given them. */
const COOKIE = 'forms';

export interface OpenVisitParts {
  readonly formDigest: KeyedDigest;
  readonly address: ClientAddress;
  readonly secure: boolean;
}

/** Binds forms to the browser by a random cookie, where no session could do it. */
export function openVisit(parts: OpenVisitParts, visit: Visit): OpenVisit {
  const known = cookie(visit.request.headers, COOKIE);
  const browser =
    known !== undefined && /^[\w-]{22}$/.test(known)
      ? known
      : randomBytes(16).toString('base64url');
  if (browser !== known) {
    const attributes = `Path=/auth; HttpOnly; SameSite=Lax${parts.secure ? '; Secure' : ''}`;
    visit.response.appendHeader('Set-Cookie', `${COOKIE}=${browser}; ${attributes}`);
  }
  const token = formToken(parts.formDigest, `open ${browser}`);
  return {
    ...visit,
    token,
    formToken: token.toString('base64url'),
    from: signInOrigin(parts.address, visit),
  };
}
