import { html } from '../html.ts';
import type { Html } from '../html.ts';
import type { Language } from '../texts.ts';
import { CODES_TEXTS } from './codes-texts.ts';

/** Codes that are shown once, to be printed or kept, with what each kind is for. */
export function codeList(
  language: Language,
  codes: { readonly recovery?: readonly string[]; readonly lock?: string },
): Html {
  const texts = CODES_TEXTS[language];
  const { recovery, lock } = codes;
  return html`<p class="note">${texts.once}</p>
${
  recovery === undefined
    ? undefined
    : html`<h2>${texts.recoveryTitle}</h2>
<p>${texts.recoveryUse}</p>
<ol class="codes">${recovery.map((code) => html`<li><code>${code}</code></li>`)}</ol>`
}
${
  lock === undefined
    ? undefined
    : html`<h2>${texts.lockTitle}</h2>
<p>${texts.lockUse}</p>
<p class="card"><code id="lock-code">${lock}</code></p>`
}`;
}
