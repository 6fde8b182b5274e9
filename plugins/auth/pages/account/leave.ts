import type { LoginStore } from '../../logins/login-store.ts';
import type { SecurityEvent } from '../../../../src/plugin/sdk.ts';
import { RECOVERY_PREFIX } from '../../oidc/paths.ts';
import type { AccountLock } from '../../security/account-lock.ts';
import { html } from '../html.ts';
import { page } from '../layout.ts';
import { signedOutPage } from '../message-page.ts';
import { accountForm } from './account-form.ts';
import { accountPage, oneButton } from './account-layout.ts';
import type { AccountHandler } from './account-visit.ts';
import { LEAVE_TEXTS } from './leave-texts.ts';
import { record } from './sessions.ts';

export interface LeaveParts {
  readonly origin: string;
  readonly lock: Pick<AccountLock, 'lock'>;
  readonly logins: Pick<LoginStore, 'revoke'>;
  readonly audit: (event: SecurityEvent) => Promise<void>;
}

/** Locking the account, and signing out of these pages. */
export function leavePages(parts: LeaveParts): Readonly<Record<string, AccountHandler>> {
  const { lock, logins, origin } = parts;
  return {
    'GET /lock': async (visit) => {
      const texts = LEAVE_TEXTS[visit.look.language];
      const body = html`<p>${texts.lockIntro}</p>
<p>${texts.lockUnlock}</p>
${oneButton(visit, { action: '/lock', text: texts.lockSubmit })}`;
      visit.show(200, accountPage(visit, '/lock', texts.lockTitle, body));
    },
    // No fresh sign-in is asked for: a lost phone does not wait.
    'POST /lock': async (visit) => {
      await accountForm(origin, visit);
      await lock.lock(visit.actor.accountId, visit.from);
      const texts = LEAVE_TEXTS[visit.look.language];
      const body = html`<p role="status">${texts.locked}</p>
<p><a href="${RECOVERY_PREFIX}/unlock">${texts.unlock}</a></p>`;
      visit.show(200, page(visit.look, texts.lockedTitle, body));
    },
    'POST /signout': async (visit) => {
      await accountForm(origin, visit);
      await logins.revoke(visit.actor.accountId, visit.login.id);
      await record(parts, visit, 'Logout', ['110114', '110123']);
      visit.show(200, signedOutPage(visit.look));
    },
  };
}
