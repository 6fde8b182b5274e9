import { html } from '../pages/html.ts';
import { tokenField } from '../pages/fields.ts';
import { errorSummary, type Look, page } from '../pages/layout.ts';
import { EXTERNAL_TEXTS } from './external-texts.ts';

/** What the page about an unknown sign-in shows. */
export interface UnboundPage {
  /** Path of the interaction. */
  readonly base: string;
  readonly formToken: string;
  /** Name of the provider. */
  readonly provider: string;
  /** A new account may be begun with it. */
  readonly newPatients: boolean;
}

/** Asks what a sign-in should stand for that belongs to no account. */
export function unboundPage(look: Look, view: UnboundPage): string {
  const texts = EXTERNAL_TEXTS[look.language];
  const form = (
    choice: string,
    label: string,
  ) => html`<form method="post" action="${view.base}/external">
${tokenField(view.formToken)}
<input type="hidden" name="choice" value="${choice}">
<p class="buttons"><button type="submit">${label}</button></p>
</form>`;
  const create = html`<p>${texts.newIntro}</p>
${form('new', texts.create)}`;
  const body = html`<p>${texts.unbound(view.provider)}</p>
<p>${texts.connectIntro}</p>
${form('connect', texts.connect)}
${view.newPatients ? create : undefined}
<p><a href="${view.base}">${texts.back}</a></p>`;
  return page(look, texts.title, body);
}

/** Says that a provider does not answer, or that what it says does not count; other ways to sign in remain. */
export function elsewhereFailedPage(
  look: Look,
  view: { readonly base: string; readonly provider: string; readonly unavailable: boolean },
): string {
  const texts = EXTERNAL_TEXTS[look.language];
  const text = (view.unavailable ? texts.unavailable : texts.refused)(view.provider);
  const body = html`${errorSummary(look.language, [{ text }])}
<p><a href="${view.base}">${texts.back}</a></p>`;
  return page(look, texts.failedTitle, body, { error: true });
}
