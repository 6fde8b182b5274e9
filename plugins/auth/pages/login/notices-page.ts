import type { Notice } from '../../security/account-security.ts';
import { OVERVIEW_TEXTS } from '../account/overview-texts.ts';
import { dateTime } from '../date-time.ts';
import { tokenField } from '../fields.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { page } from '../layout.ts';
import type { Look } from '../layout.ts';
import { NOTICES_TEXTS } from './notices-texts.ts';

/** What the page shows. */
export interface NoticesPage {
  readonly base: string;
  readonly formToken: string;
  /** Announced changes that can be blocked. */
  readonly notices: readonly Notice[];
  readonly outcome?: 'blocked' | 'notBlocked';
}

/** Changes that are announced, before the sign-in goes on: whoever signs in can block them. @see TR-03161 O.Auth_13 */
export function noticesPage(look: Look, view: NoticesPage): string {
  const { language } = look;
  const texts = NOTICES_TEXTS[language];
  const { base, formToken, notices, outcome } = view;
  const body = html`${outcome === undefined ? undefined : html`<p class="note" role="status">${texts[outcome]}</p>`}
${
  notices.length === 0
    ? undefined
    : html`<p>${texts.intro}</p>
<ul class="cards">${notices.map((notice) => card(look, view, notice))}</ul>
<p>${texts.notMe}</p>`
}
<form method="post" action="${base}/continue">
${tokenField(formToken)}<p class="buttons"><button type="submit">${texts.proceed}</button></p>
</form>`;
  return page(look, texts.title, body);
}

function card({ language }: Look, view: NoticesPage, notice: Notice): Html {
  const texts = OVERVIEW_TEXTS[language];
  const { block } = NOTICES_TEXTS[language];
  const { at, change = '', effectiveAt, kind, label } = notice;
  const what = `${texts.kinds[kind]}${label === undefined ? '' : ` (${label})`}`;
  return html`<li class="card"><h2>${what}</h2>
<p class="hint">${texts.from} ${dateTime(language, at)}</p>
${effectiveAt === undefined ? undefined : html`<p>${texts.holdsFrom} ${dateTime(language, effectiveAt)}</p>`}
<form method="post" action="${view.base}/block">
${tokenField(view.formToken)}<input type="hidden" name="change" value="${change}"><button type="submit" class="second" aria-label="${block}: ${what}">${block}</button>
</form></li>`;
}
