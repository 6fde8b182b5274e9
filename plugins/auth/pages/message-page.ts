import { html, trusted } from './html.ts';
import { page } from './layout.ts';
import type { Texts } from './texts.ts';

/** Page for what went wrong; `code` is the OAuth or plugin error code, for the support. */
export function errorPage(texts: Texts, text: string, code: string): string {
  const body = html`<p role="alert">${text}</p><p class="hint">${texts.error.code}: <code>${code}</code></p>`;
  return page(texts.lang, texts.error.title, body, true);
}

/** Asks whether to sign out. `form` comes from the provider and carries its own token. */
export function logoutPage(texts: Texts, form: string): string {
  const body = html`<p>${texts.logout.question}</p>
${trusted(form)}
<p><button type="submit" form="op.logoutForm" name="logout" value="yes">${texts.logout.yes}</button>
<button type="submit" form="op.logoutForm" class="second">${texts.logout.no}</button></p>`;
  return page(texts.lang, texts.logout.title, body);
}

/** Says that signing out is done. */
export function signedOutPage(texts: Texts): string {
  return page(texts.lang, texts.logout.title, html`<p>${texts.logout.done}</p>`);
}
