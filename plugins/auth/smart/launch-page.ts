import type { Html } from '../pages/html.ts';
import { html } from '../pages/html.ts';
import type { Look } from '../pages/layout.ts';
import { errorSummary, page } from '../pages/layout.ts';
import type { Choice } from './choices.ts';
import { LAUNCH_TEXTS } from './launch-texts.ts';

/** What the page shows. */
export interface LaunchPage {
  /** Path of the interaction. */
  readonly base: string;
  readonly formToken: string;
  readonly kind: 'patient' | 'encounter';
  readonly choices: readonly Choice[];
  /** What was searched for. */
  readonly wanted: string;
  /** The form came back without a choice. */
  readonly missing: boolean;
}

/** Page on which it is chosen what an app is about. It works without a script, and nothing of it gets into a URL. */
export function launchPage(look: Look, view: LaunchPage): string {
  const texts = LAUNCH_TEXTS[look.language];
  const { base, choices, formToken, kind, missing } = view;
  const token = html`<input type="hidden" name="form_token" value="${formToken}">`;
  const faults = missing ? [{ text: texts.missing[kind], field: 'choice-0' }] : [];
  const body = html`${errorSummary(look.language, faults)}
<p>${texts.intro}</p>
${kind === 'patient' ? searchForm(look, view, token) : ''}
${
  choices.length === 0
    ? html`<p role="status">${texts.none[kind]}</p>`
    : html`<form method="post" action="${base}/launch">
${token}
<fieldset>
<legend>${texts.legend[kind]}</legend>
${choices.map(
  ({ reference, label }, index) => html`<div class="choice">
<input type="radio" id="choice-${index}" name="choice" value="${reference}" required>
<label for="choice-${index}">${label}</label>
</div>`,
)}
</fieldset>
<button type="submit">${texts.submit}</button>
</form>`
}`;
  return page(look, texts.title[kind], body, { error: missing });
}

function searchForm(look: Look, { base, wanted }: LaunchPage, token: Html): Html {
  const texts = LAUNCH_TEXTS[look.language];
  return html`<form method="post" action="${base}/launch" role="search">
${token}
<label for="wanted">${texts.searchLabel}</label>
<span class="hint" id="wanted-hint">${texts.searchHint}</span>
<input type="search" id="wanted" name="wanted" value="${wanted}" maxlength="100" autocomplete="off" aria-describedby="wanted-hint">
<button type="submit" class="secondary">${texts.search}</button>
</form>`;
}
