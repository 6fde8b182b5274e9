import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { tokenField } from '../fields.ts';
import type { Language } from '../texts.ts';
import { FACTOR_TEXTS } from './factor-texts.ts';

/** A form that is answered by a passkey. */
export interface PasskeyForm {
  readonly action: string;
  readonly formToken: string;
  /** `get`: use one; `create`: make one. */
  readonly ceremony: 'get' | 'create';
  readonly options: Readonly<Record<string, unknown>>;
  readonly submit: string;
  /** Hidden fields that go along. */
  readonly hidden?: Readonly<Record<string, string>>;
  /** Fields that people fill in. */
  readonly fields?: Html;
}

/** Shown by the script; who has none is told so. */
export function passkeyForm(language: Language, form: PasskeyForm): Html {
  const texts = FACTOR_TEXTS[language];
  const hidden = Object.entries(form.hidden ?? {}).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form method="post" action="${form.action}" data-passkey="${form.ceremony}" data-options="${JSON.stringify(form.options)}" hidden>
${tokenField(form.formToken)}<input type="hidden" name="response" value="">${hidden}
${form.fields}
<p class="buttons"><button type="submit">${form.submit}</button></p>
<p class="hint" role="status" data-status data-waiting="${texts.waiting}" data-failed="${texts.failed}" data-unsupported="${texts.unsupported}"></p>
</form>
<noscript><p class="note">${texts.noScript}</p></noscript>`;
}
