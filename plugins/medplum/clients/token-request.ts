import type { IncomingMessage } from 'node:http';
import type {
  AuthEndpoints,
  AuthService,
  RouteCaller,
  TokenRequestAdapter,
} from '../../../src/plugin/sdk.ts';
import type { MedplumConfig } from '../config.ts';
import { medplumError } from '../errors.ts';

const JWT_BEARER_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const JWT_BEARER_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What stands for the redirect of a code that was handed to its caller. */
const NO_REDIRECT = 'urn:diga:no-redirect';

export interface TokenRequestParts {
  readonly service: Pick<AuthService, 'switchIdentity'>;
  readonly endpoints: Pick<AuthEndpoints, 'originOf'>;
  readonly config: Pick<MedplumConfig, 'clientId'>;
  readonly asCaller: (request: IncomingMessage) => Promise<RouteCaller>;
}

/**
 * Says what MedplumClient asks the token endpoint for in the words of OAuth 2.0. All of it is then judged by the provider
 * like any other request:
 * - an empty client id stands for the console;
 * - a code that was handed over went by no redirect, so that there is none to name;
 * - an assertion as a grant is the client's proof of itself, for the grant of client credentials;
 * - an access token that is exchanged begins a login as another identity of the same account.
 * @throws FhirError `MEDPLUM_EXCHANGE_REFUSED`, and what the exchange throws
 */
export function tokenRequest(parts: TokenRequestParts): TokenRequestAdapter {
  return async (form, request) => {
    switch (form.get('grant_type')) {
      case JWT_BEARER_GRANT:
        assertionAsProof(form);
        break;
      case TOKEN_EXCHANGE_GRANT:
        await exchange(parts, form, request);
        break;
      case 'authorization_code':
        nameRedirect(form);
        break;
      default:
    }
    if (form.get('client_id') === '') nameClient(parts, form, request);
  };
}

/** A client that proves itself is named by its proof. */
function nameClient(
  { config }: TokenRequestParts,
  form: URLSearchParams,
  request: IncomingMessage,
): void {
  const proven = form.has('client_assertion') || request.headers.authorization !== undefined;
  if (proven) form.delete('client_id');
  else form.set('client_id', config.clientId);
}

/** The provider wants the field there and compares it with the redirect of the code, where that had one. */
function nameRedirect(form: URLSearchParams): void {
  if ((form.get('redirect_uri') ?? '') === '') form.set('redirect_uri', NO_REDIRECT);
}

/**
 * The assertion of this grant is issued by the client about itself, which is what `private_key_jwt` is.
 * @see https://www.rfc-editor.org/rfc/rfc7523#section-2.2
 */
function assertionAsProof(form: URLSearchParams): void {
  const assertion = form.get('assertion');
  if (assertion === null || form.has('client_assertion')) return;
  form.delete('assertion');
  form.set('grant_type', 'client_credentials');
  form.set('client_assertion_type', JWT_BEARER_ASSERTION);
  form.set('client_assertion', assertion);
}

/** @see https://www.rfc-editor.org/rfc/rfc8693 */
async function exchange(
  { service, endpoints, config, asCaller }: TokenRequestParts,
  form: URLSearchParams,
  request: IncomingMessage,
): Promise<void> {
  const [token, membership] = [form.get('subject_token'), form.get('membership_id')];
  if (token === null || form.get('subject_token_type') !== ACCESS_TOKEN) {
    throw refused('only access tokens of this server are taken');
  }
  if (membership === null) throw refused('membership_id is missing');
  const { claims } = await callerOf(asCaller, request, token);
  const clientId = form.get('client_id');
  const wanted = clientId === null || clientId === '' ? config.clientId : clientId;
  if (claims.clientId !== wanted) throw refused('it is the token of another client');
  const origin = endpoints.originOf(request);
  const { code, verifier } = await service.switchIdentity(claims, membership, origin);
  for (const name of ['subject_token', 'subject_token_type', 'membership_id', 'scope']) {
    form.delete(name);
  }
  form.set('grant_type', 'authorization_code');
  form.set('code', code);
  form.set('code_verifier', verifier);
  form.set('redirect_uri', NO_REDIRECT);
}

/** Checks the token as if the request bore it; one that is bound to a key does not pass without its proof. */
async function callerOf(
  asCaller: TokenRequestParts['asCaller'],
  request: IncomingMessage,
  token: string,
): Promise<RouteCaller> {
  const { authorization: _own, dpop: _proof, ...headers } = request.headers;
  const bearing = Object.create(request, {
    headers: { value: { ...headers, authorization: `Bearer ${token}` } },
  }) as IncomingMessage;
  return asCaller(bearing);
}

function refused(reason: string) {
  return medplumError('MEDPLUM_EXCHANGE_REFUSED', { reason });
}
