import { BASE } from '../settings.tsx';
import { startPkce, takePending } from './pkce.tsx';
import { type Claims, requestTokens, TokenRefused, type Tokens } from './tokens.tsx';

/** Where the sign-in stands. */
export type SessionState = 'signed-out' | 'signed-in' | 'ended' | 'refused';

/** Stronger sign-in that the server asks for. @see https://www.rfc-editor.org/rfc/rfc9470 */
export interface StepUp {
  readonly acrValues: string | undefined;
  readonly maxAge: string | undefined;
}

const CALLBACK = `${BASE}/callback`;
const SCOPE = 'openid fhirUser user/*.cruds';
/** An access token is replaced this many milliseconds before it ends. */
const EARLY_MS = 30_000;

/**
 * The sign-in of this page: code flow with PKCE by redirect, so that the console never sees a password or a passkey. Tokens
 * are kept in memory; after a reload the session of the browser answers at the authorization endpoint.
 */
export class Session extends EventTarget {
  #tokens: Tokens | undefined;
  #refreshing: Promise<void> | undefined;
  state: SessionState = 'signed-out';
  stepUp: StepUp | undefined;

  /** What the access token says. */
  get claims(): Claims | undefined {
    return this.#tokens?.claims;
  }

  /** Leaves for the sign-in page and comes back to `path`. */
  async signIn(path: string, more: Record<string, string> = {}): Promise<void> {
    const { challenge, state } = await startPkce(path);
    const parameters = new URLSearchParams({
      client_id: 'console',
      response_type: 'code',
      redirect_uri: location.origin + CALLBACK,
      scope: SCOPE,
      state,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ui_locales: document.documentElement.lang,
      ...more,
    });
    location.assign(`/oauth2/authorize?${parameters}`);
  }

  /** Signs in again, as strongly as the server asked. */
  async signInStronger(path: string): Promise<void> {
    const { acrValues, maxAge } = this.stepUp ?? {};
    await this.signIn(path, {
      prompt: 'login',
      ...(acrValues === undefined ? {} : { acr_values: acrValues }),
      ...(maxAge === undefined ? {} : { max_age: maxAge }),
    });
  }

  /**
   * Ends the redirect, if this is one. @returns the page to go to, or undefined: it is none
   */
  async finish(): Promise<string | undefined> {
    if (location.pathname !== CALLBACK) return undefined;
    const answer = new URLSearchParams(location.search);
    // The code leaves the address bar and the history of the browser before anything else happens.
    history.replaceState(null, '', `${BASE}/`);
    const pending = takePending();
    const code = answer.get('code');
    // `iss` tells answers of another server apart. @see https://www.rfc-editor.org/rfc/rfc9207
    const foreign = answer.get('iss') !== null && answer.get('iss') !== location.origin;
    if (
      code === null ||
      pending === undefined ||
      foreign ||
      answer.get('state') !== pending.state
    ) {
      this.#to('refused');
      return '/';
    }
    try {
      this.#tokens = await requestTokens({
        grant_type: 'authorization_code',
        code,
        redirect_uri: location.origin + CALLBACK,
        code_verifier: pending.verifier,
      });
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      this.#to('refused');
      return '/';
    }
    this.#to('signed-in');
    return pending.path;
  }

  /** Sends a request with the access token; a token that ends is replaced before, one that is refused once after. */
  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const ends = (this.#tokens?.claims.exp ?? 0) * 1000 - EARLY_MS;
    if (this.#tokens !== undefined && Date.now() > ends) await this.#refresh();
    const response = await this.#send(url, init);
    if (response.status !== 401) return response;
    const challenge = response.headers.get('www-authenticate') ?? '';
    if (challenge.includes('insufficient_user_authentication')) {
      this.stepUp = {
        acrValues: /acr_values="([^"]*)"/.exec(challenge)?.[1],
        maxAge: /max_age="?(\d+)/.exec(challenge)?.[1],
      };
      this.dispatchEvent(new Event('step-up'));
      // For whoever asked this is a refusal like any other: another token of the same kind would not help.
      return new Response(response.body, { status: 403, headers: response.headers });
    }
    if (this.#tokens === undefined) return response;
    await this.#refresh();
    return this.#tokens === undefined ? response : this.#send(url, init);
  }

  /** Ends the login at the server, and forgets it here whether the server answers or not. */
  async signOut(state: SessionState = 'signed-out'): Promise<void> {
    const access = this.#tokens?.access;
    this.#tokens = undefined;
    this.#to(state);
    if (access === undefined) return;
    const headers = { authorization: `Bearer ${access}` };
    await fetch('/oauth2/logout', { method: 'POST', credentials: 'omit', headers });
  }

  #send(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const own = new URL(url, location.origin).origin === location.origin;
    if (own && this.#tokens !== undefined)
      headers.set('authorization', `Bearer ${this.#tokens.access}`);
    return fetch(url, { ...init, headers, credentials: 'omit' });
  }

  /** Many requests that find the token ended make one refresh: a refresh token may be used once. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#redeem().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #redeem(): Promise<void> {
    const refresh = this.#tokens?.refresh;
    try {
      if (refresh === undefined) throw new TokenRefused('no_refresh_token');
      this.#tokens = await requestTokens({ grant_type: 'refresh_token', refresh_token: refresh });
      this.dispatchEvent(new Event('change'));
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      this.#tokens = undefined;
      this.#to('ended');
    }
  }

  #to(state: SessionState): void {
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }
}
