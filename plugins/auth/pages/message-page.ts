import { html, trusted } from './html.ts';
import { page } from './layout.ts';
import type { Look } from './layout.ts';
import { MESSAGE_TEXTS } from './message-texts.ts';

/** Page for what went wrong; `code` is the OAuth or plugin error code, for the support. */
export function errorPage(look: Look, text: string, code: string): string {
  const { error } = MESSAGE_TEXTS[look.language];
  const body = html`<p role="alert">${text}</p><p class="hint">${error.code}: <code>${code}</code></p>`;
  return page(look, error.title, body, { error: true });
}

/** Page that says that something is done. */
export function donePage(look: Look, title: string, text: string): string {
  return page(look, title, html`<p role="status">${text}</p>`);
}

/** Asks whether to sign out. `form` comes from the provider and carries its own token. */
export function logoutPage(look: Look, form: string): string {
  const { logout } = MESSAGE_TEXTS[look.language];
  const body = html`<p>${logout.question}</p>
${trusted(form)}
<p class="buttons"><button type="submit" form="op.logoutForm" name="logout" value="yes">${logout.yes}</button>
<button type="submit" form="op.logoutForm" class="second">${logout.no}</button></p>`;
  return page(look, logout.title, body);
}

/** Says that signing out is done. */
export function signedOutPage(look: Look): string {
  const { logout } = MESSAGE_TEXTS[look.language];
  return donePage(look, logout.title, logout.done);
}
