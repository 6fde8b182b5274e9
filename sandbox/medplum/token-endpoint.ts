import { randomUUID, timingSafeEqual } from 'node:crypto';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';

const LIFETIME_SECONDS = 3600;

/** The one client of the sandbox. */
export interface SandboxClient {
  readonly id: string;
  readonly secret: string;
}

/** What the token endpoint and its opposite, the check of a bearer token, have in common. */
export interface Tokens {
  /** Answers a form of `POST /oauth2/token`; the body is JSON. */
  grant(form: URLSearchParams): Promise<{ readonly status: number; readonly body: object }>;
  holds(authorization: string | undefined): Promise<boolean>;
  /** No token that was issued before holds any more. */
  revoke(): void;
}

/** Access tokens as Medplum's: signed with ES256, with a `login_id`, so that `MedplumClient` takes them for such. */
export async function newTokens(client: SandboxClient, projectId: string): Promise<Tokens> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const { x = '' } = await exportJWK(publicKey);
  let generation = 0;
  const sign = (): Promise<string> =>
    new SignJWT({
      login_id: randomUUID(),
      client_id: client.id,
      scope: 'openid',
      profile: `ClientApplication/${client.id}`,
      generation,
    })
      .setProtectedHeader({ alg: 'ES256', kid: x.slice(0, 8) })
      .setSubject(client.id)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_SECONDS}s`)
      .sign(privateKey);
  return {
    async grant(form) {
      if (form.get('grant_type') !== 'client_credentials') return refusal('Unsupported grant_type');
      if (form.get('client_id') !== client.id) return refusal('Invalid client');
      if (!same(form.get('client_secret') ?? '', client.secret)) return refusal('Invalid secret');
      const body = {
        token_type: 'Bearer',
        expires_in: LIFETIME_SECONDS,
        scope: 'openid',
        access_token: await sign(),
        project: { reference: `Project/${projectId}`, display: 'Sandbox' },
        profile: { reference: `ClientApplication/${client.id}`, display: 'Deployment' },
      };
      return { status: 200, body };
    },
    async holds(authorization = '') {
      const [scheme, token = ''] = authorization.split(' ');
      if (scheme !== 'Bearer') return false;
      return jwtVerify(token, publicKey, { algorithms: ['ES256'] }).then(
        ({ payload }) => payload['generation'] === generation,
        () => false,
      );
    },
    revoke: () => {
      generation += 1;
    },
  };
}

function refusal(text: string): { readonly status: number; readonly body: object } {
  return { status: 400, body: { error: 'invalid_request', error_description: text } };
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
