import { ACCOUNT_PREFIX } from '../../oidc/paths.ts';
import type { AccountSecurity } from '../../security/account-security.ts';
import { passkeyBody } from '../form-body.ts';
import { html } from '../html.ts';
import { errorSummary } from '../layout.ts';
import { passkeyForm } from '../login/passkey-form.ts';
import { assertOwnForm } from '../own-form.ts';
import { done } from './account-form.ts';
import { accountPage } from './account-layout.ts';
import type { AccountHandler, AccountVisit } from './account-visit.ts';
import { ADD_FACTOR_TEXTS } from './add-factor-texts.ts';
import { labelField, labelOf } from './factor-label.ts';

export interface AddPasskeyParts {
  readonly origin: string;
  readonly security: Pick<AccountSecurity, 'beginPasskey' | 'confirmPasskey'>;
}

/** Adds a passkey. */
export function addPasskeyPages(parts: AddPasskeyParts): Readonly<Record<string, AccountHandler>> {
  return {
    'GET /passkey': (visit) => show(parts, visit, 200),
    'POST /passkey': async (visit) => {
      const { fields, passkey } = await passkeyBody(visit.request);
      assertOwnForm(visit.request, parts.origin, visit.token, fields.get('form_token'));
      const outcome = await parts.security.confirmPasskey(
        visit.actor,
        fields.get('enrolment') ?? '',
        passkey,
        labelOf(fields),
        visit.from,
      );
      if (outcome === undefined) return show(parts, visit, 422, true);
      done(visit, '/factors', outcome.now ? 'added' : 'announced');
    },
  };
}

async function show(
  parts: AddPasskeyParts,
  visit: AccountVisit,
  status: number,
  refused = false,
): Promise<void> {
  const { language } = visit.look;
  const texts = ADD_FACTOR_TEXTS[language];
  const { enrolment, options } = await parts.security.beginPasskey(visit.actor);
  const body = html`${errorSummary(language, refused ? [{ text: texts.passkeyRefused }] : [])}
<p>${texts.passkeyIntro}</p>
${passkeyForm(language, {
  action: `${ACCOUNT_PREFIX}/passkey`,
  formToken: visit.formToken,
  ceremony: 'create',
  options,
  submit: texts.submit,
  hidden: { enrolment },
  fields: labelField(language),
})}
<p><a href="${ACCOUNT_PREFIX}/factors">${texts.back}</a></p>`;
  visit.show(
    status,
    accountPage(visit, '/passkey', texts.passkeyTitle, body, { error: refused, script: true }),
    { script: true },
  );
}
