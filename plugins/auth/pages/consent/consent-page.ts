import { checkbox, tokenField } from '../fields.ts';
import { html } from '../html.ts';
import { errorSummary, page } from '../layout.ts';
import type { Look } from '../layout.ts';
import { scopeWords } from './scope-words.ts';
import { CONSENT_TEXTS } from './texts.ts';

/** What the consent page shows. */
export interface ConsentPage {
  readonly base: string;
  readonly formToken: string;
  readonly app: {
    readonly name: string;
    readonly owner: string;
    readonly purpose: string;
    /** Host or scheme that the app is called back at. */
    readonly target: string;
  };
  /** Scopes that the app asks for; `always`: it works with none less. */
  readonly scopes: readonly { readonly scope: string; readonly always: boolean }[];
  /** Scopes that were allowed before, or ticked in a form that comes back. */
  readonly ticked: readonly string[];
  readonly missing?: boolean;
}

/**
 * Consent to an app of another maker. Each scope is ticked by the person and can be left out; nothing is ticked ahead.
 * @see GDPR Art. 4 (11), Art. 7, Art. 25 (2)
 */
export function consentPage(look: Look, view: ConsentPage): string {
  const { language } = look;
  const texts = CONSENT_TEXTS[language];
  const { app, base, missing = false, ticked } = view;
  const fixed = view.scopes.filter(({ always }) => always);
  const free = view.scopes.filter(({ always }) => !always);
  const faults = missing ? [{ text: texts.nothing, field: 'scope-0' }] : [];
  const body = html`${errorSummary(language, faults)}
<p>${texts.intro(app.name, app.owner)}</p>
<p>${texts.purpose}: ${app.purpose}</p>
<form method="post" action="${base}/consent">
${tokenField(view.formToken)}
<fieldset aria-describedby="scope-hint">
<legend>${texts.legend}</legend>
<p class="hint" id="scope-hint">${texts.hint}</p>
${free.map(({ scope }, index) =>
  checkbox({
    id: `scope-${index}`,
    name: 'scope',
    value: scope,
    label: scopeWords(language, scope),
    checked: ticked.includes(scope),
  }),
)}
</fieldset>
${
  fixed.length === 0
    ? undefined
    : html`<h2>${texts.always}</h2>
<ul>${fixed.map(({ scope }) => html`<li>${scopeWords(language, scope)}</li>`)}</ul>`
}
<p>${texts.revocable}</p>
<p class="hint">${texts.returnsTo} <code>${app.target}</code></p>
<p class="buttons"><button type="submit" name="decision" value="allow">${texts.allow}</button>
<button type="submit" name="decision" value="all" class="second">${texts.all}</button>
<button type="submit" name="decision" value="deny" class="second">${texts.deny}</button></p>
</form>`;
  return page(look, texts.title(app.name), body, { error: missing });
}
