import type { Html } from '../pages/html.ts';
import { html } from '../pages/html.ts';
import type { Look } from '../pages/layout.ts';
import { errorSummary, page } from '../pages/layout.ts';
import { IDENTITY_TEXTS } from './identity-texts.ts';
import type { DescribedIdentity } from './identities.ts';

/** What the page shows. */
export interface IdentityPage {
  /** Path of the interaction. */
  readonly base: string;
  readonly formToken: string;
  readonly identities: readonly DescribedIdentity[];
  /** The form came back without a choice, or with one that is none of these. */
  readonly missing?: boolean;
}

/** Page on which the person says as whom to act. It works without a script. */
export function identityPage(look: Look, view: IdentityPage): string {
  const texts = IDENTITY_TEXTS[look.language];
  const { missing = false } = view;
  const faults = missing ? [{ text: texts.missing, field: 'identity-0' }] : [];
  const body = html`${errorSummary(look.language, faults)}
<p>${texts.intro}</p>
<form method="post" action="${view.base}/identity">
<input type="hidden" name="form_token" value="${view.formToken}">
<fieldset>
<legend>${texts.legend}</legend>
${view.identities.map((identity, index) => choice(look, identity, index))}
</fieldset>
<button type="submit">${texts.submit}</button>
</form>`;
  return page(look, texts.title, body, { error: missing });
}

function choice(look: Look, identity: DescribedIdentity, index: number): Html {
  const texts = IDENTITY_TEXTS[look.language];
  const [type = '', id = ''] = identity.profile.split('/');
  const name = identity.display ?? id;
  const kind = texts.kinds[type] ?? texts.other;
  const marks = [...identity.roles, ...(identity.class === 'admin' ? [texts.admin] : [])];
  const hint = html`<span class="hint">${[kind, ...marks].join(' · ')}</span>`;
  return html`<div class="choice">
<input type="radio" id="identity-${index}" name="identity" value="${identity.membershipId}" required>
<label for="identity-${index}">${name} ${hint}</label>
</div>`;
}
