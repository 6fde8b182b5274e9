import { toString as qrCode } from 'qrcode';
import type { RegistrationFault } from '../accounts/registration.ts';
import { html, trusted } from './html.ts';
import { errorSummary, page } from './layout.ts';
import type { Texts } from './texts.ts';

/** What the registration page shows. */
export interface RegistrationPage {
  readonly base: string;
  readonly formToken: string;
  readonly handle: string;
  /** Base32. */
  readonly secret: string;
  readonly uri: string;
  readonly minPasswordLength: number;
  readonly faults: readonly RegistrationFault[];
}

const FIELD_OF: Readonly<Record<RegistrationFault, string>> = {
  'handle-not-kept': 'kept',
  'too-short': 'password',
  'too-long': 'password',
  common: 'password',
  'contains-handle': 'password',
  'wrong-code': 'code',
};

/** Account number, password and authenticator app on one page, so that nothing is half done. */
export async function registrationPage(texts: Texts, view: RegistrationPage): Promise<string> {
  const { fields, registration } = texts;
  const svg = await qrCode(view.uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 });
  const faults = view.faults.map((fault) => ({
    text: registration.faults[fault],
    field: FIELD_OF[fault],
  }));
  const invalid = (field: string): string =>
    faults.some((fault) => fault.field === field) ? 'true' : 'false';
  const body = html`${errorSummary(texts.errorSummary, faults)}
<p>${registration.intro}</p>
<form method="post" action="${view.base}/registration">
<input type="hidden" name="form_token" value="${view.formToken}">
<h2>${registration.handleTitle}</h2>
<p id="handle-hint">${registration.handleHint}</p>
<label for="handle">${fields.handle}</label>
<input id="handle" name="handle" type="text" class="code" value="${view.handle}" readonly autocomplete="username" aria-describedby="handle-hint">
<p class="check"><input id="kept" name="kept" type="checkbox" value="yes" required aria-invalid="${invalid('kept')}"><label for="kept">${registration.handleKept}</label></p>
<h2>${registration.passwordTitle}</h2>
<label for="password">${fields.password}</label>
<p class="hint" id="password-hint">${registration.passwordHint(view.minPasswordLength)}</p>
<input id="password" name="password" type="password" required maxlength="512" autocomplete="new-password" aria-describedby="password-hint" aria-invalid="${invalid('password')}">
<h2>${registration.appTitle}</h2>
<p>${registration.appHint}</p>
<div class="qr" role="img" aria-label="${registration.qrLabel}">${trusted(svg)}</div>
<p>${registration.secret}: <code>${grouped(view.secret)}</code></p>
<p><a href="${view.uri}">${registration.openApp}</a></p>
<label for="code">${fields.code}</label>
<p class="hint" id="code-hint">${fields.codeHint}</p>
<input id="code" name="code" type="text" required maxlength="16" inputmode="numeric" autocomplete="one-time-code" aria-describedby="code-hint" aria-invalid="${invalid('code')}">
<button type="submit">${registration.submit}</button>
</form>
<p><a href="${view.base}">${registration.back}</a></p>`;
  return page(texts.lang, registration.title, body, faults.length > 0);
}

function grouped(secret: string): string {
  return (secret.match(/.{1,4}/g) ?? []).join(' ');
}
