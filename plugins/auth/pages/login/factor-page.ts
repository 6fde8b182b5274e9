import { FIELD_TEXTS } from '../field-texts.ts';
import { CODE_ATTRIBUTES, field, tokenField } from '../fields.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { errorSummary, page } from '../layout.ts';
import type { Look } from '../layout.ts';
import { FACTOR_TEXTS } from './factor-texts.ts';
import { passkeyForm } from './passkey-form.ts';

/** What the page of the second step shows. */
export interface FactorPage {
  /** Path that forms go below: `<base>/passkey` and `<base>/code`. */
  readonly base: string;
  /** Where the first step is. */
  readonly back: string;
  readonly formToken: string;
  /** Options of `navigator.credentials.get`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly error?: string;
  /** The sign-in began without a password. */
  readonly passkeyOnly?: boolean;
}

/**
 * Second step: passkey or one-time code. Both are always offered, so that the page does not tell what an account has, nor
 * whether there is one.
 */
export function factorPage(look: Look, view: FactorPage): string {
  const texts = FACTOR_TEXTS[look.language];
  const { base, formToken, error } = view;
  const faults = error === undefined ? [] : [{ text: error, field: 'code' }];
  const body = html`${errorSummary(look.language, faults)}
${view.passkeyOnly === true ? undefined : html`<p>${texts.intro}</p>`}
<h2>${texts.passkeyTitle}</h2>
<p>${texts.passkeyHint}</p>
${passkeyForm(look.language, {
  action: `${base}/passkey`,
  formToken,
  ceremony: 'get',
  options: view.options,
  submit: texts.passkeySubmit,
})}
${view.passkeyOnly === true ? undefined : byCode(look, view)}
<p><a href="${view.back}">${texts.back}</a></p>`;
  return page(look, texts.title, body, { error: faults.length > 0, script: true });
}

function byCode(look: Look, { base, formToken }: FactorPage): Html {
  const texts = FACTOR_TEXTS[look.language];
  const fields = FIELD_TEXTS[look.language];
  return html`<h2>${texts.codeTitle}</h2>
<form method="post" action="${base}/code">
${tokenField(formToken)}
${field({ id: 'code', label: fields.code, hint: fields.codeHint, attributes: CODE_ATTRIBUTES })}
<p class="buttons"><button type="submit">${texts.codeSubmit}</button></p>
</form>`;
}
