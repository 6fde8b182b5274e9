import type { RouteHandler } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import { identityRoutes } from '../identities/identity-routes.ts';
import { loginLimits } from '../logins/login-limits.ts';
import { ACCOUNT_PREFIX, INTERACTION_PREFIX, LOCK_PATH, RECOVERY_PREFIX } from '../oidc/paths.ts';
import { requestOrigin } from '../oidc/request-origin.ts';
import { revokeGrant } from '../oidc/revoke-grant.ts';
import { accountRoutes } from '../pages/account/account-routes.ts';
import { ACCOUNT_CLIENT } from '../pages/account/account-client.ts';
import { addPasskeyPages } from '../pages/account/add-passkey.ts';
import { addTotpPages } from '../pages/account/add-totp.ts';
import { appsPages } from '../pages/account/apps.ts';
import { codesPages } from '../pages/account/codes.ts';
import { factorsPages } from '../pages/account/factors.ts';
import { leavePages } from '../pages/account/leave.ts';
import { oneFactorPages } from '../pages/account/one-factor.ts';
import { overviewPages } from '../pages/account/overview.ts';
import { passwordPages } from '../pages/account/password.ts';
import { sessionsPages } from '../pages/account/sessions.ts';
import { appNames } from '../pages/app-names.ts';
import { assetRoutes } from '../pages/assets.ts';
import { consentRoutes } from '../pages/consent/consent-routes.ts';
import { attemptCookie } from '../pages/interaction/attempt-cookie.ts';
import { interactionRoutes } from '../pages/interaction-routes.ts';
import { lockPages } from '../pages/lock/lock.ts';
import { finishLogin } from '../pages/login/finish-login.ts';
import { loginRoutes } from '../pages/login/login-routes.ts';
import { openRoutes } from '../pages/open/open-routes.ts';
import { type ProviderPages, providerPages } from '../pages/provider-pages.ts';
import { beginPages } from '../pages/recovery/begin.ts';
import { provePages } from '../pages/recovery/prove.ts';
import { renewPages } from '../pages/recovery/renew.ts';
import { registrationRoutes } from '../pages/registration/registration-routes.ts';
import { launchRoutes } from '../smart/launch-routes.ts';
import { loadTheme } from '../pages/theme/theme.ts';
import type { Frame } from '../pages/visit.ts';
import type { AuthCore } from './core.ts';
import type { External } from './external.ts';
import type { OidcPart } from './oidc.ts';
import type { SignInServices } from './sign-in.ts';

/** What is needed before the provider is made. */
export interface PageFrame {
  readonly frame: Frame;
  readonly providerPages: ProviderPages;
  readonly assets: RouteHandler;
}

/** Reads the look of the pages. @throws FhirError `AUTH_LOGO_INVALID` */
export async function composeFrame(core: AuthCore): Promise<PageFrame> {
  const { config, log } = core.host;
  const frame = { theme: await loadTheme(config.pages), secure: core.secure, log };
  return {
    frame,
    providerPages: providerPages(frame),
    assets: await assetRoutes(frame.theme),
  };
}

export interface PageServices {
  readonly oidc: Pick<OidcPart, 'provider' | 'consents'>;
  readonly account: SignInServices;
  readonly external: External;
}

/** Handlers of the pages, by the prefix they lie below. */
export type PageRoutes = readonly (readonly [string, RouteHandler])[];

/** All pages: those of a sign-in, of the account, and those that need no sign-in. */
export function composePages(
  core: AuthCore,
  { frame }: PageFrame,
  services: PageServices,
): PageRoutes {
  const open = openPages(core, frame, services);
  return [
    [INTERACTION_PREFIX, signInPages(core, frame, services)],
    [ACCOUNT_PREFIX, accountPages(core, frame, services)],
    [LOCK_PATH, open],
    [RECOVERY_PREFIX, open],
  ];
}

function signInPages(
  core: AuthCore,
  frame: Frame,
  { oidc, account, external }: PageServices,
): RouteHandler {
  const { address, digest, host, limits, secure, totp } = core;
  const { clock, config, origin } = host;
  const { provider, consents } = oidc;
  const { registration, security, signIn } = account;
  const finish = finishLogin({
    provider,
    security,
    origin,
    address,
    clock,
    signedIn: ({ request, response, uid }, login) =>
      external.signedIn(uid, login, requestOrigin(address, request, response)),
  });
  const login = {
    ...loginRoutes({
      signIn,
      origin,
      address,
      clock,
      responseFloorMs: config.login.responseFloorMs,
      attempts: attemptCookie(secure),
      others: (language) => external.choices(language),
      withoutRegistration: new Set([ACCOUNT_CLIENT]),
      async accepted(visit, attempt) {
        const { accountId, acr, amr, authTime, purpose } = await signIn.consume(attempt);
        // What was proven for one app signs in to no other.
        if (purpose.clientId !== visit.clientId) throw authError('AUTH_SESSION_GONE');
        const ts = Math.floor(authTime.getTime() / 1000);
        await finish.accepted(visit, { accountId, acr, amr: [...amr], ts });
      },
    }),
    ...finish.routes,
    ...external.routes(provider),
    ...registrationRoutes({
      registration,
      totp,
      throttle: limits,
      origin,
      address,
      clock,
      minPasswordLength: config.password.minLength,
      registrationsPerHour: config.login.registrationsPerHour,
    }),
  };
  return interactionRoutes({
    provider,
    frame,
    formDigest: digest('form'),
    prompts: {
      login,
      identity: identityRoutes({ provider, identities: core.identities, origin }),
      launch: launchRoutes({
        provider,
        identities: core.identities,
        origin,
        asIdentity: (claims, from) => host.asIdentity(claims, from),
        requestOrigin: ({ request, response }) => requestOrigin(address, request, response),
      }),
      consent: consentRoutes({ provider, origin, consents, apps: appNames(core.clients) }),
    },
  });
}

function accountPages(core: AuthCore, frame: Frame, { oidc, account }: PageServices): RouteHandler {
  const { address, audit, database, digest, host, logins, revoked } = core;
  const { clock, config, origin } = host;
  const { lock, lowerAssurance, policy, security } = account;
  const apps = appNames(core.clients);
  const { admin, patient, staff } = config.logins;
  return accountRoutes({
    provider: oidc.provider,
    frame,
    origin,
    formDigest: digest('form'),
    address,
    logins,
    limits: loginLimits(config.logins),
    clock,
    pages: {
      ...overviewPages({
        origin,
        security,
        idleMinutes: {
          patient: patient.idleMinutes,
          staff: staff.idleMinutes,
          admin: admin.idleMinutes,
        },
      }),
      ...sessionsPages({ origin, logins, apps, audit }),
      ...factorsPages({ origin, security, clock }),
      ...addTotpPages({ origin, security }),
      ...addPasskeyPages({ origin, security }),
      ...codesPages({ origin, security }),
      ...passwordPages({ origin, security, minLength: (kind) => policy.minLength(kind) }),
      ...appsPages({
        origin,
        consents: oidc.consents,
        logins,
        apps,
        audit,
        async endGrant(grantKey) {
          await revokeGrant({ database, revocations: revoked }, grantKey, undefined);
          await logins.ended(grantKey);
        },
      }),
      ...oneFactorPages({ origin, lowerAssurance }),
      ...leavePages({ origin, lock, logins, audit }),
    },
    fresh: new Set(['/totp', '/passkey', '/codes', '/password', '/one-factor']),
  });
}

function openPages(core: AuthCore, frame: Frame, { account }: PageServices): RouteHandler {
  const { address, digest, host, secure } = core;
  const { clock, config, origin } = host;
  const shared = { origin, clock, responseFloorMs: config.login.responseFloorMs };
  const recovery = {
    ...shared,
    recovery: account.recovery,
    attempts: attemptCookie(secure),
    minPasswordLength: config.password.minLength,
  };
  return openRoutes({
    frame,
    formDigest: digest('form'),
    address,
    secure,
    pages: {
      ...lockPages({ ...shared, lock: account.lock }),
      ...beginPages(recovery),
      ...provePages(recovery),
      ...renewPages(recovery),
    },
  });
}
