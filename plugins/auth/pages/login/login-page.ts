import { LOCK_PATH, RECOVERY_PREFIX } from '../../oidc/paths.ts';
import { FIELD_TEXTS } from '../field-texts.ts';
import {
  CODE_ATTRIBUTES,
  field,
  HANDLE_ATTRIBUTES,
  PASSWORD_ATTRIBUTES,
  tokenField,
} from '../fields.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { errorSummary, page } from '../layout.ts';
import type { Look } from '../layout.ts';
import { LOGIN_TEXTS } from './texts.ts';

const { required: _needed, ...OPTIONAL_CODE } = CODE_ATTRIBUTES;

/** What the login page shows. */
export interface LoginPage {
  /** Path of the interaction; forms and links go below it. */
  readonly base: string;
  readonly formToken: string;
  /** Account number as it was typed before. */
  readonly handle?: string;
  readonly error?: string;
  /** Why somebody who is signed in is asked again. */
  readonly reason?: 'stepUp' | 'again';
  /** False: no account can be made here, as for what only those do who have one. */
  readonly register?: boolean;
  /** Identity providers that the manufacturer trusts; `path`, with its query, lies below the interaction. */
  readonly others?: readonly { readonly path: string; readonly label: string }[];
}

/**
 * First step: account number and password. Who has a one-time code at hand may send it in the same form. Which part was
 * wrong does not show.
 */
export function loginPage(look: Look, view: LoginPage): string {
  const texts = LOGIN_TEXTS[look.language];
  const fields = FIELD_TEXTS[look.language];
  const { base, error, reason } = view;
  const faults = error === undefined ? [] : [{ text: error, field: 'handle' }];
  const body = html`${errorSummary(look.language, faults)}
${reason === undefined ? undefined : html`<p class="note">${texts[reason]}</p>\n`}<p>${texts.intro}</p>
<form method="post" action="${base}/login">
${tokenField(view.formToken)}
${field({
  id: 'handle',
  label: fields.handle,
  value: view.handle ?? '',
  attributes: HANDLE_ATTRIBUTES,
})}
${field({ id: 'password', label: fields.password, type: 'password', attributes: PASSWORD_ATTRIBUTES })}
<details>
<summary>${texts.codeSummary}</summary>
${field({
  id: 'code',
  label: fields.code,
  hint: texts.codeIntro,
  attributes: OPTIONAL_CODE,
})}
</details>
<p class="buttons"><button type="submit">${texts.submit}</button></p>
</form>
${others(texts, view)}${
  view.register === false
    ? undefined
    : html`<p>${texts.registerIntro} <a href="${base}/registration">${texts.register}</a></p>\n`
}<h2>${texts.troubleTitle}</h2>
<ul class="links">
<li><a href="${RECOVERY_PREFIX}">${texts.forgotten}</a></li>
<li><a href="${LOCK_PATH}">${texts.lost}</a></li>
</ul>`;
  return page(look, texts.title, body, { error: faults.length > 0 });
}

function others(
  texts: (typeof LOGIN_TEXTS)['de'],
  { base, formToken, others = [] }: LoginPage,
): Html {
  // Links and no forms: the policy of the page lets forms go nowhere else, and the next page belongs to the provider.
  const links = others.map(
    ({ path, label }) => html`<a class="button second" href="${base}${path}">${label}</a>`,
  );
  return html`<h2>${texts.otherTitle}</h2>
<form method="post" action="${base}/passkey-only">
${tokenField(formToken)}<button type="submit" class="second">${texts.passkeyOnly}</button>
</form>
${links.length === 0 ? undefined : html`<p class="buttons">${links}</p>`}
`;
}
