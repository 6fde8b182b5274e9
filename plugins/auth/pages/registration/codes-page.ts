import { codeList } from '../account/code-list.ts';
import { checkbox, tokenField } from '../fields.ts';
import { html } from '../html.ts';
import { page } from '../layout.ts';
import type { Look } from '../layout.ts';
import { REGISTRATION_TEXTS } from './texts.ts';

/** What the page shows. */
export interface CodesPage {
  /** Where the form that goes on is sent to. */
  readonly action: string;
  readonly formToken: string;
  readonly recoveryCodes: readonly string[];
  readonly lockCode: string;
}

/** Recovery codes and lock code of a new account, shown once. */
export function newCodesPage(look: Look, view: CodesPage): string {
  const texts = REGISTRATION_TEXTS[look.language];
  const body = html`<p role="status">${texts.made}</p>
${codeList(look.language, { recovery: view.recoveryCodes, lock: view.lockCode })}
<form method="post" action="${view.action}">
${tokenField(view.formToken)}
${checkbox({ id: 'codes-kept', value: 'yes', label: texts.codesKept, required: true })}
<p class="buttons"><button type="submit">${texts.proceed}</button></p>
</form>`;
  return page(look, texts.codesTitle, body);
}
