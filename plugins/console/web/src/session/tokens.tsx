/** Claims of the access token that the page shows; the server alone judges by them. */
export interface Claims {
  readonly exp: number;
  readonly profile?: string;
  readonly acr?: string;
  readonly amr?: readonly string[];
  readonly auth_time?: number;
  readonly login_id?: string;
  readonly scope?: string;
  readonly client_id?: string;
}

/** Tokens of a sign-in. They live in this object and nowhere else. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string | undefined;
  readonly claims: Claims;
}

/** The token endpoint refused. */
export class TokenRefused extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = 'TokenRefused';
    this.code = code;
  }
}

/**
 * One request to the token endpoint.
 * @throws TokenRefused when the server refuses; TypeError when it cannot be reached
 */
export async function requestTokens(parameters: Record<string, string>): Promise<Tokens> {
  const response = await fetch('/oauth2/token', {
    method: 'POST',
    credentials: 'omit',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({ ...parameters, client_id: 'console' }),
  });
  const body = (await response.json()) as Partial<Record<string, unknown>>;
  const { access_token: access, refresh_token: refresh } = body;
  if (!response.ok || typeof access !== 'string') {
    throw new TokenRefused(typeof body['error'] === 'string' ? body['error'] : 'invalid_response');
  }
  return {
    access,
    refresh: typeof refresh === 'string' ? refresh : undefined,
    claims: claimsOf(access),
  };
}

function claimsOf(token: string): Claims {
  const part = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
}
