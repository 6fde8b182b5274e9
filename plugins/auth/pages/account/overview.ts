import type { AccountSecurity, Notice } from '../../security/account-security.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { accountForm, done } from './account-form.ts';
import { accountPage, dateTime, oneButton } from './account-layout.ts';
import { ACCOUNT_TEXTS } from './account-texts.ts';
import type { AccountHandler, AccountVisit } from './account-visit.ts';
import { OVERVIEW_TEXTS } from './overview-texts.ts';

export interface OverviewParts {
  readonly origin: string;
  readonly security: Pick<AccountSecurity, 'notices' | 'blockChange'>;
  /** Minutes without use after which these pages ask for a sign-in, by class of the identity. */
  readonly idleMinutes: Readonly<Record<'patient' | 'staff' | 'admin', number>>;
}

/**
 * What happened to the account, and a way to block what does not hold yet.
 * @see TR-03161 O.Auth_13
 */
export function overviewPages(parts: OverviewParts): Readonly<Record<string, AccountHandler>> {
  return {
    'GET ': async (visit) => {
      const texts = OVERVIEW_TEXTS[visit.look.language];
      const shared = ACCOUNT_TEXTS[visit.look.language];
      const notices = await parts.security.notices(visit.actor.accountId);
      const list =
        notices.length === 0
          ? html`<p>${texts.noNotices}</p>`
          : html`<ul class="cards">${notices.map((notice) => card(visit, notice))}</ul>
<p>${texts.notMe}</p>`;
      const body = html`<p>${texts.intro}</p>
<p>${texts.signedIn}: ${dateTime(visit, visit.actor.authTime)}</p>
<h2>${texts.noticesTitle}</h2>
${list}
<p class="hint">${shared.idle(parts.idleMinutes[visit.login.class])}</p>
${oneButton(visit, { action: '/signout', text: shared.signOut, second: true })}`;
      visit.show(200, accountPage(visit, '', texts.title, body));
    },
    'POST /block': async (visit) => {
      const change = (await accountForm(parts.origin, visit)).get('change') ?? '';
      const blocked = await parts.security.blockChange(visit.actor.accountId, change, visit.from);
      done(visit, '', blocked ? 'blocked' : 'not-blocked');
    },
  };
}

/** One notice; an announced change comes with the button that blocks it. */
export function card(visit: AccountVisit, notice: Notice): Html {
  const texts = OVERVIEW_TEXTS[visit.look.language];
  const { change, effectiveAt } = notice;
  const what = `${texts.kinds[notice.kind]}${notice.label === undefined ? '' : ` (${notice.label})`}`;
  const own = notice.byLogin !== undefined && notice.byLogin === visit.actor.loginId;
  return html`<li class="card"><h3>${what}</h3>
<p class="hint">${texts.from} ${dateTime(visit, notice.at)}${own ? `, ${texts.here}` : ''}</p>
${effectiveAt === undefined ? undefined : html`<p>${texts.holdsFrom} ${dateTime(visit, effectiveAt)}. ${change === undefined ? undefined : texts.blockHint}</p>`}
${change === undefined ? undefined : oneButton(visit, { action: '/block', text: texts.block, about: what, hidden: { change } })}</li>`;
}
