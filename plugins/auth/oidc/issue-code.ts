import { randomUUID } from 'node:crypto';
import { errors } from 'oidc-provider';
import type { Provider } from 'oidc-provider';
import type { AccountIdentity, Clock } from '../../../src/plugin/sdk.ts';
import { isAboutResources } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import type { LoginLimits } from '../logins/login-limits.ts';
import type { LoginStore } from '../logins/login-store.ts';
import { storeKey } from '../tokens/store-key.ts';
import { NO_REDIRECT } from './codes-without-redirect.ts';
import { appScopes } from './fhir-resource.ts';

/** A sign-in that was accepted by another door than the pages. */
export interface AcceptedSignIn {
  readonly accountId: string;
  readonly identity: AccountIdentity;
  readonly clientId: string;
  /** What was asked for; what cannot be granted is refused. */
  readonly scope: string;
  readonly nonce?: string;
  /** PKCE, S256. */
  readonly codeChallenge: string;
  /** Absent: the code is redeemed without a redirect, whatever URI is named then. */
  readonly redirectUri?: string;
  readonly acr: string;
  readonly amr: readonly string[];
  readonly authTime: Date;
  readonly authMethod?: 'password' | 'external';
  readonly device?: string;
  /** Network prefix. */
  readonly network?: string;
  /** Session of the login that this one was switched to from: they end together. Absent: it begins one of its own. */
  readonly sessionKey?: string;
  /** Launch context of SMART. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** Issues codes for sign-ins that were accepted elsewhere. */
export type IssueCode = (
  accepted: AcceptedSignIn,
) => Promise<{ readonly code: string; readonly login: string }>;

export interface IssueCodeParts {
  readonly provider: () => Provider;
  readonly logins: LoginStore;
  readonly limits: LoginLimits;
  readonly clock: Clock;
  /** Audience of access tokens: the FHIR base. */
  readonly audience: string;
}

/**
 * Issues an authorization code the way the provider does after its pages: a grant, a login, a code that is redeemed at the
 * token endpoint with its verifier. Using it twice ends the login.
 * @throws FhirError `AUTH_SCOPE_REFUSED`, `AUTH_CLIENT_UNKNOWN`
 */
export function issueCode(parts: IssueCodeParts): IssueCode {
  const { audience, limits, logins } = parts;
  return async (accepted) => {
    const provider = parts.provider();
    const client = await provider.Client.find(accepted.clientId);
    if (client?.grantTypeAllowed('authorization_code') !== true)
      throw authError('AUTH_CLIENT_UNKNOWN');
    const scope = grantedScope(accepted.scope);
    const { accountId, identity, authTime } = accepted;
    const grant = new provider.Grant({ accountId, clientId: client.clientId });
    grant.addOIDCScope(scope);
    grant.addResourceScope(audience, scope);
    const grantId = await grant.save();
    const login = await logins.create({
      accountId,
      clientId: client.clientId,
      ...identity,
      scope,
      authMethod: accepted.authMethod ?? 'password',
      acr: accepted.acr,
      amr: accepted.amr,
      authTime,
      grantKey: storeKey(grantId),
      sessionKey: accepted.sessionKey ?? storeKey(randomUUID()),
      ...(accepted.device === undefined ? {} : { device: accepted.device }),
      ...(accepted.network === undefined ? {} : { network: accepted.network }),
      context: accepted.context ?? {},
      expiresAt: limits.end(identity.class, authTime, false),
    });
    const code = new provider.AuthorizationCode({
      accountId,
      acr: accepted.acr,
      amr: [...accepted.amr],
      authTime: Math.floor(authTime.getTime() / 1000),
      client,
      codeChallenge: accepted.codeChallenge,
      codeChallengeMethod: 'S256',
      grantId,
      redirectUri: accepted.redirectUri ?? NO_REDIRECT,
      resource: audience,
      scope,
      gty: 'authorization_code',
      ...(accepted.nonce === undefined ? {} : { nonce: accepted.nonce }),
    });
    return { code: await code.save(), login: login.id };
  };
}

function grantedScope(scope: string): string {
  const wanted = scope.split(' ').filter((one) => one !== '');
  try {
    const granted = appScopes(wanted.filter(isAboutResources));
    const known = ['openid', 'fhirUser', 'offline_access', 'profile'];
    return wanted.filter((one) => granted.includes(one) || known.includes(one)).join(' ');
  } catch (error) {
    if (!(error instanceof errors.InvalidScope)) throw error;
    throw authError('AUTH_SCOPE_REFUSED', { scope }, { cause: error });
  }
}
