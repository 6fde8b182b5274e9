import type { Provider } from 'oidc-provider';
import type { Clock } from '../../../../src/plugin/sdk.ts';
import { authError } from '../../errors.ts';
import type { AccountSecurity, Notice } from '../../security/account-security.ts';
import type { ClientAddress } from '../client-address.ts';
import { formBody } from '../form-body.ts';
import type { InteractionHandler, InteractionVisit } from '../interaction/interaction-visit.ts';
import { keepLogin, keptLoginOf } from '../interaction/kept-login.ts';
import type { KeptLogin } from '../interaction/kept-login.ts';
import { assertOwnForm } from '../own-form.ts';
import { signInOrigin } from '../sign-in-origin.ts';
import { noticesPage } from './notices-page.ts';
import type { NoticesPage } from './notices-page.ts';

export interface FinishLoginParts {
  readonly provider: Provider;
  readonly security: Pick<AccountSecurity, 'notices' | 'blockChange'>;
  readonly origin: string;
  readonly address: ClientAddress;
  readonly clock: Clock;
  /** What else hears of a sign-in, before the app does. */
  readonly signedIn: (visit: InteractionVisit, login: KeptLogin) => Promise<void>;
}

/** What follows once the factors are proven. */
export interface FinishLogin {
  /** Tells of announced changes first, where there are any. */
  readonly accepted: (visit: InteractionVisit, login: KeptLogin) => Promise<void>;
  readonly routes: Readonly<Record<string, InteractionHandler>>;
}

/** The way from proven factors back to the app. */
export function finishLogin(parts: FinishLoginParts): FinishLogin {
  const { origin, provider, security } = parts;
  const finish = async (visit: InteractionVisit, login: KeptLogin): Promise<void> => {
    await parts.signedIn(visit, login);
    const result = { login: { ...login, remember: true } };
    await provider.interactionFinished(visit.request, visit.response, result);
  };
  const announced = async (accountId: string): Promise<readonly Notice[]> =>
    (await security.notices(accountId)).filter(
      ({ change, effectiveAt }) =>
        change !== undefined && (effectiveAt?.getTime() ?? 0) > parts.clock.now(),
    );
  const show = (
    visit: InteractionVisit,
    notices: readonly Notice[],
    outcome?: NoticesPage['outcome'],
  ): void => {
    const { base, formToken, look } = visit;
    const view = { base, formToken, notices, ...(outcome === undefined ? {} : { outcome }) };
    visit.show(200, noticesPage(look, view));
  };
  const kept = async (
    visit: InteractionVisit,
  ): Promise<{ readonly login: KeptLogin; readonly change: string }> => {
    const fields = await formBody(visit.request);
    assertOwnForm(visit.request, origin, visit.token, fields.get('form_token'));
    const login = keptLoginOf(visit);
    if (login === undefined) throw authError('AUTH_SESSION_GONE');
    return { login, change: fields.get('change') ?? '' };
  };
  return {
    async accepted(visit, login) {
      const notices = await announced(login.accountId);
      if (notices.length === 0) return finish(visit, login);
      await keepLogin(visit, login);
      show(visit, notices);
    },
    routes: {
      'POST /continue': async (visit) => finish(visit, (await kept(visit)).login),
      'POST /block': async (visit) => {
        const { change, login } = await kept(visit);
        const from = signInOrigin(parts.address, visit);
        const blocked = await security.blockChange(login.accountId, change, from);
        show(visit, await announced(login.accountId), blocked ? 'blocked' : 'notBlocked');
      },
    },
  };
}
