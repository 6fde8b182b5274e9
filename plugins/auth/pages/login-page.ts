import { html } from './html.ts';
import { errorSummary, page } from './layout.ts';
import type { Texts } from './texts.ts';

/** What the login page shows. */
export interface LoginPage {
  /** Path of the interaction; forms and links go below it. */
  readonly base: string;
  readonly formToken: string;
  /** Account number as it was typed before. */
  readonly handle?: string;
  readonly error?: string;
}

/** Login in one step: which of the three parts was wrong does not show. */
export function loginPage(texts: Texts, view: LoginPage): string {
  const { fields, login } = texts;
  const failed = view.error !== undefined;
  const body = html`${errorSummary(texts.errorSummary, failed ? [{ text: view.error ?? '', field: 'handle' }] : [])}
<p>${login.intro}</p>
<form method="post" action="${view.base}/login">
<input type="hidden" name="form_token" value="${view.formToken}">
<label for="handle">${fields.handle}</label>
<input id="handle" name="handle" type="text" value="${view.handle ?? ''}" required maxlength="64" autocomplete="username" autocapitalize="characters" spellcheck="false">
<label for="password">${fields.password}</label>
<input id="password" name="password" type="password" required maxlength="512" autocomplete="current-password">
<label for="code">${fields.code}</label>
<p class="hint" id="code-hint">${fields.codeHint}</p>
<input id="code" name="code" type="text" required maxlength="16" inputmode="numeric" autocomplete="one-time-code" aria-describedby="code-hint">
<button type="submit">${login.submit}</button>
</form>
<p>${login.registerIntro} <a href="${view.base}/registration">${login.register}</a></p>`;
  return page(texts.lang, login.title, body, failed);
}
