import { ACCOUNT_PREFIX } from '../../oidc/paths.ts';
import { dateTime as dateTimeIn } from '../date-time.ts';
import { tokenField } from '../fields.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { page } from '../layout.ts';
import type { PageOptions } from '../layout.ts';
import { queryOf } from '../visit.ts';
import { ACCOUNT_TEXTS, DONE } from './account-texts.ts';
import type { AccountVisit } from './account-visit.ts';

/** Pages that the navigation leads to. */
const PAGES = [
  ['', 'overview'],
  ['/sessions', 'sessions'],
  ['/factors', 'factors'],
  ['/password', 'password'],
  ['/apps', 'apps'],
  ['/lock', 'lock'],
] as const;

/** A page of the account, with the way to the others. */
export function accountPage(
  visit: AccountVisit,
  path: string,
  title: string,
  body: Html,
  options: PageOptions = {},
): string {
  const texts = ACCOUNT_TEXTS[visit.look.language];
  const items = PAGES.map(([to, name]) => {
    const current = to === path ? html` aria-current="page"` : undefined;
    return html`<li><a href="${ACCOUNT_PREFIX}${to}"${current}>${texts[name]}</a></li>`;
  });
  const navigation = html`<nav class="navigation" aria-label="${texts.navigation}"><ul>${items}</ul></nav>`;
  return page(visit.look, title, html`${outcome(visit)}${body}`, { ...options, navigation });
}

/** A form with one button. */
export function oneButton(
  visit: AccountVisit,
  form: {
    readonly action: string;
    readonly text: string;
    /** What the button is about, for screen readers, where several read the same. */
    readonly about?: string;
    readonly hidden?: Readonly<Record<string, string>>;
    readonly second?: boolean;
  },
): Html {
  const hidden = Object.entries(form.hidden ?? {}).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const label =
    form.about === undefined ? undefined : html` aria-label="${form.text}: ${form.about}"`;
  const kind = form.second === true ? html` class="second"` : undefined;
  return html`<form method="post" action="${ACCOUNT_PREFIX}${form.action}">
${tokenField(visit.formToken)}${hidden}<button type="submit"${kind}${label}>${form.text}</button>
</form>`;
}

/** Date and time in the language of the page. */
export function dateTime({ look }: AccountVisit, at: Date): Html {
  return dateTimeIn(look.language, at);
}

/** What a form that was sent before has led to. The address says which of a few texts; it brings none of its own. */
function outcome(visit: AccountVisit): Html | undefined {
  const name = queryOf(visit.request).get('done');
  const done = DONE.find((one) => one === name);
  if (done === undefined) return undefined;
  return html`<p class="note" role="status">${ACCOUNT_TEXTS[visit.look.language].done[done]}</p>\n`;
}
