import type { Provider } from 'oidc-provider';

/** Redirect URI of a code that was handed to the caller. No client can register it. */
export const NO_REDIRECT = 'urn:diga:no-redirect';

/**
 * Lets a code that was handed to its caller be redeemed whatever redirect URI is named: there was none, and what protects
 * the code is its verifier. Codes that travelled through a redirect are compared with it as ever.
 */
export function acceptCodesWithoutRedirect(
  provider: Provider,
  providerClass: typeof Provider,
): void {
  const codes: CodeModel = provider.AuthorizationCode;
  const find = codes.find.bind(codes);
  codes.find = async (...args) => {
    const code = await find(...args);
    if (code?.redirectUri === NO_REDIRECT) {
      const named = providerClass.ctx?.oidc.params?.['redirect_uri'];
      if (typeof named === 'string') code.redirectUri = named;
    }
    return code;
  };
}

/** The part of the model of codes that is replaced. */
interface CodeModel {
  find(
    jti: string,
    options?: { ignoreExpiration?: boolean },
  ): Promise<{ redirectUri?: string } | undefined>;
}
