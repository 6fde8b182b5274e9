import type { RegistrationFault } from '../../accounts/registration.ts';
import { FIELD_TEXTS } from '../field-texts.ts';
import {
  checkbox,
  CODE_ATTRIBUTES,
  field,
  NEW_PASSWORD_ATTRIBUTES,
  tokenField,
} from '../fields.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { errorSummary, page } from '../layout.ts';
import type { Look } from '../layout.ts';
import { passkeyForm } from '../login/passkey-form.ts';
import { PASSWORD_TEXTS } from '../password-texts.ts';
import type { Language } from '../texts.ts';
import { totpKey } from './qr-code.ts';
import { REGISTRATION_TEXTS } from './texts.ts';

/** What the registration page shows. */
export interface RegistrationPage {
  /** Where the form is sent to. */
  readonly action: string;
  readonly formToken: string;
  readonly handle: string;
  readonly minPasswordLength: number;
  readonly faults: readonly RegistrationFault[];
  readonly factor:
    | {
        readonly kind: 'totp';
        /** Base32. */
        readonly secret: string;
        readonly uri: string;
      }
    | { readonly kind: 'passkey'; readonly options: Readonly<Record<string, unknown>> };
  /** The page with the other factor; absent where only this one will do. */
  readonly other?: string;
  /** Page that leads back; absent where there is none. */
  readonly back?: string;
  /** Page for who has an account already, where there is something to do with it. */
  readonly existing?: { readonly path: string; readonly label: string };
}

interface Fault {
  readonly field: 'kept' | 'password' | 'code';
  readonly text: string;
}

/** Account number, password and second factor on one page, so that nothing is half done. */
export async function registrationPage(look: Look, view: RegistrationPage): Promise<string> {
  const { language } = look;
  const texts = REGISTRATION_TEXTS[language];
  const faults = view.faults.map((fault) => faultOf(language, view, fault));
  const of = (name: Fault['field']): { readonly fault?: string } => {
    const found = faults.find(({ field: at }) => at === name);
    return found === undefined ? {} : { fault: found.text };
  };
  const shared = sharedFields(language, view, of);
  const { factor } = view;
  const form =
    factor.kind === 'passkey'
      ? passkeyForm(language, {
          action: view.action,
          formToken: view.formToken,
          ceremony: 'create',
          options: factor.options,
          submit: texts.submit,
          fields: html`${shared}
<h2 id="code">${texts.passkeyTitle}</h2>
<p>${texts.passkeyHint}</p>`,
        })
      : html`<form method="post" action="${view.action}">
${tokenField(view.formToken)}
${shared}
<h2>${texts.appTitle}</h2>
<p>${texts.appHint}</p>
${await totpKey(texts, factor)}
${field({
  id: 'code',
  label: FIELD_TEXTS[language].code,
  hint: FIELD_TEXTS[language].codeHint,
  attributes: CODE_ATTRIBUTES,
  ...of('code'),
})}
<p class="buttons"><button type="submit">${texts.submit}</button></p>
</form>`;
  const change = factor.kind === 'passkey' ? texts.useApp : texts.usePasskey;
  const body = html`${errorSummary(language, faults)}
<p>${texts.intro}</p>
${view.other === undefined ? undefined : html`<p><a href="${view.other}">${change}</a></p>`}
${form}
${view.existing === undefined ? undefined : html`<p><a href="${view.existing.path}">${view.existing.label}</a></p>\n`}${view.back === undefined ? undefined : html`<p><a href="${view.back}">${texts.back}</a></p>`}`;
  const script = factor.kind === 'passkey';
  return page(look, texts.title, body, { error: faults.length > 0, script });
}

function sharedFields(
  language: Language,
  view: RegistrationPage,
  of: (name: Fault['field']) => { readonly fault?: string },
): Html {
  const texts = REGISTRATION_TEXTS[language];
  const fields = FIELD_TEXTS[language];
  return html`<h2>${texts.handleTitle}</h2>
${field({
  id: 'handle',
  label: fields.handle,
  hint: texts.handleHint,
  value: view.handle,
  attributes: { class: 'code', readonly: true, autocomplete: 'username' },
})}
${checkbox({ id: 'kept', value: 'yes', label: texts.handleKept, required: true, ...of('kept') })}
<h2>${texts.passwordTitle}</h2>
${field({
  id: 'password',
  label: fields.password,
  type: 'password',
  hint: fields.passwordHint(view.minPasswordLength),
  attributes: NEW_PASSWORD_ATTRIBUTES,
  ...of('password'),
})}`;
}

function faultOf(language: Language, view: RegistrationPage, fault: RegistrationFault): Fault {
  const texts = REGISTRATION_TEXTS[language];
  switch (fault) {
    case 'handle-not-kept':
      return { field: 'kept', text: texts.notKept };
    case 'wrong-code': {
      const passkey = view.factor.kind === 'passkey';
      return { field: 'code', text: passkey ? texts.passkeyRefused : texts.wrongCode };
    }
    default:
      return { field: 'password', text: PASSWORD_TEXTS[language][fault] };
  }
}
