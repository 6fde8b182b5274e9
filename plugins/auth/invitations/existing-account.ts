import {
  CODE_ATTRIBUTES,
  field,
  HANDLE_ATTRIBUTES,
  PASSWORD_ATTRIBUTES,
  tokenField,
} from '../pages/fields.ts';
import { FIELD_TEXTS } from '../pages/field-texts.ts';
import { html } from '../pages/html.ts';
import { errorSummary, type Look, page } from '../pages/layout.ts';
import { INVITATION_TEXTS } from './invitation-texts.ts';

/** What the page shows. */
export interface ExistingAccountPage {
  readonly action: string;
  readonly formToken: string;
  /** Page on which a new account is set up. */
  readonly other: string;
  readonly error?: string;
}

/** Taking an invitation with an account that there is: it gets the identity beside those that it has. */
export function existingAccountPage(look: Look, view: ExistingAccountPage): string {
  const texts = INVITATION_TEXTS[look.language];
  const fields = FIELD_TEXTS[look.language];
  const { error } = view;
  const faults = error === undefined ? [] : [{ text: error, field: 'handle' }];
  const body = html`${errorSummary(look.language, faults)}
<p>${texts.existingIntro}</p>
<form method="post" action="${view.action}">
${tokenField(view.formToken)}
${field({ id: 'handle', label: fields.handle, attributes: HANDLE_ATTRIBUTES })}
${field({ id: 'password', label: fields.password, type: 'password', attributes: PASSWORD_ATTRIBUTES })}
${field({ id: 'code', label: fields.code, attributes: CODE_ATTRIBUTES })}
<p class="buttons"><button type="submit">${texts.existingSubmit}</button></p>
</form>
<p><a href="${view.other}">${texts.newAccount}</a></p>`;
  return page(look, texts.existingTitle, body, { error: faults.length > 0 });
}
