import type {
  ClientApplication,
  Patient,
  Practitioner,
  ProjectMembership,
  Resource,
} from '@medplum/fhirtypes';
import { definePlugin, errorFactory } from '../../../../src/plugin/sdk.ts';
import { IDENTITIES, TEST_ACR } from '../../identities.ts';

const authError = errorFactory({
  AUTH_TOKEN_EXPIRED: { status: 401, issue: 'expired', text: 'The access token has expired' },
  AUTH_TOKEN_INVALID: { status: 401, issue: 'login', text: 'The access token is not valid' },
});

/**
 * Takes `test.<Type>.<id>` for a token of that identity, with `~<scope>` (base64url) for one of a scope of its own and
 * `~<scope>~<acr>` for one of another authentication, and creates the identities of {@link IDENTITIES}. The tokens
 * `test-expired` and `test-other-audience` stand for what their names say.
 */
export default definePlugin({
  name: 'test-auth',
  version: '1.0.0',
  sdk: '^0.1.0',
  accessPolicy: {
    resource: [
      { resourceType: 'Patient' },
      { resourceType: 'Practitioner' },
      { resourceType: 'ClientApplication' },
      { resourceType: 'ProjectMembership' },
    ],
  },
  async register(host) {
    host.authenticator({
      async verify(token) {
        if (token === 'test-expired') throw authError('AUTH_TOKEN_EXPIRED');
        if (token === 'test-other-audience') throw authError('AUTH_TOKEN_INVALID');
        const [, type, id, scope, acr] =
          /^test\.([A-Za-z]+)\.([A-Za-z0-9.-]+)(?:~([A-Za-z0-9_-]+)(?:~([A-Za-z0-9_-]*))?)?$/.exec(
            token,
          ) ?? [];
        if (type === undefined || id === undefined) return undefined;
        return {
          profile: `${type}/${id}`,
          subject: id,
          clientId: 'test-app',
          tokenId: `jti-${id}`,
          expiresAt: host.clock.now() / 1000 + 3600,
          scope: scope === undefined ? 'user/*.cruds' : fromBase64Url(scope),
          ...(acr === '' ? {} : { acr: acr === undefined ? TEST_ACR : fromBase64Url(acr) }),
        };
      },
    });
    for (const [role, { profile, policy }] of Object.entries(IDENTITIES)) {
      const identity = identityResource(profile);
      if (identity !== undefined) await host.repository.update(identity);
      if (policy !== undefined) await host.repository.update(membership(role, profile, policy));
    }
  },
});

function fromBase64Url(text: string): string {
  return Buffer.from(text, 'base64url').toString();
}

function identityResource(
  profile: string,
): ((Patient | Practitioner | ClientApplication) & { id: string }) | undefined {
  const [resourceType, id] = profile.split('/') as [Resource['resourceType'], string];
  switch (resourceType) {
    case 'Patient':
    case 'Practitioner':
      return { resourceType, id, active: true };
    case 'ClientApplication':
      return { resourceType, id, name: 'Test client' };
    default:
      return undefined;
  }
}

function membership(
  id: string,
  profile: string,
  policy: string,
): ProjectMembership & { id: string } {
  return {
    resourceType: 'ProjectMembership',
    id,
    project: { reference: 'Project/test' },
    user: { reference: `User/${id}` },
    profile: { reference: profile },
    accessPolicy: { reference: `AccessPolicy/${policy}` },
  };
}
