/** What has to outlive the redirect to the sign-in page; nothing in it is a token. */
export interface Pending {
  readonly verifier: string;
  readonly state: string;
  /** Page to come back to. */
  readonly path: string;
}

const KEY = 'console.sign-in';

/**
 * Starts a code flow: keeps verifier and state until the redirect comes back.
 * @returns the code challenge, S256, and the state
 * @see https://www.rfc-editor.org/rfc/rfc7636
 */
export async function startPkce(path: string): Promise<{ challenge: string; state: string }> {
  const pending: Pending = { verifier: randomText(48), state: randomText(24), path };
  sessionStorage.setItem(KEY, JSON.stringify(pending));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier));
  return { challenge: base64url(new Uint8Array(digest)), state: pending.state };
}

/** Takes what was kept; a second call finds nothing, so no answer is used twice. */
export function takePending(): Pending | undefined {
  const kept = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return kept === null ? undefined : (JSON.parse(kept) as Pending);
}

function randomText(bytes: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
