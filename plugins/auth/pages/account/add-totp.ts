import { ACCOUNT_PREFIX } from '../../oidc/paths.ts';
import type { AccountSecurity } from '../../security/account-security.ts';
import { FIELD_TEXTS } from '../field-texts.ts';
import { CODE_ATTRIBUTES, field, tokenField } from '../fields.ts';
import { html } from '../html.ts';
import { errorSummary } from '../layout.ts';
import { totpKey } from '../registration/qr-code.ts';
import { accountForm, done } from './account-form.ts';
import { accountPage } from './account-layout.ts';
import type { AccountHandler, AccountVisit } from './account-visit.ts';
import { ADD_FACTOR_TEXTS } from './add-factor-texts.ts';
import { labelField, labelOf } from './factor-label.ts';

export interface AddTotpParts {
  readonly origin: string;
  readonly security: Pick<AccountSecurity, 'beginTotp' | 'confirmTotp'>;
}

/** What the page goes on with when a code was wrong: the app has scanned the key already. */
interface Shown {
  readonly enrolment: string;
  readonly secret: string;
  readonly uri: string;
}

/** Adds an authenticator app; a code proves that it has the key. */
export function addTotpPages(parts: AddTotpParts): Readonly<Record<string, AccountHandler>> {
  return {
    'GET /totp': async (visit) => show(visit, 200, await parts.security.beginTotp(visit.actor)),
    'POST /totp': async (visit) => {
      const fields = await accountForm(parts.origin, visit);
      const enrolment = fields.get('enrolment') ?? '';
      const code = fields.get('code') ?? '';
      const { actor, from } = visit;
      const label = labelOf(fields);
      const outcome = await parts.security.confirmTotp(actor, enrolment, code, label, from);
      if (outcome !== undefined) {
        done(visit, '/factors', outcome.now ? 'added' : 'announced');
        return;
      }
      const shown = {
        enrolment,
        secret: (fields.get('secret') ?? '').slice(0, 200),
        uri: (fields.get('uri') ?? '').slice(0, 500),
      };
      const known = /^[A-Z2-7]+$/.test(shown.secret) && shown.uri.startsWith('otpauth://totp/');
      const next = known ? shown : await parts.security.beginTotp(actor);
      const { wrongCode } = ADD_FACTOR_TEXTS[visit.look.language];
      await show(visit, 422, next, wrongCode);
    },
  };
}

async function show(
  visit: AccountVisit,
  status: number,
  { enrolment, secret, uri }: Shown,
  fault?: string,
): Promise<void> {
  const { language } = visit.look;
  const texts = ADD_FACTOR_TEXTS[language];
  const fields = FIELD_TEXTS[language];
  const faults = fault === undefined ? [] : [{ text: fault, field: 'code' }];
  const body = html`${errorSummary(language, faults)}
<p>${texts.totpIntro}</p>
${await totpKey(texts, { secret, uri })}
<form method="post" action="${ACCOUNT_PREFIX}/totp">
${tokenField(visit.formToken)}
<input type="hidden" name="enrolment" value="${enrolment}"><input type="hidden" name="secret" value="${secret}"><input type="hidden" name="uri" value="${uri}">
${field({
  id: 'code',
  label: fields.code,
  hint: fields.codeHint,
  attributes: CODE_ATTRIBUTES,
  ...(fault === undefined ? {} : { fault }),
})}
${labelField(language)}
<p class="buttons"><button type="submit">${texts.submit}</button></p>
</form>
<p><a href="${ACCOUNT_PREFIX}/factors">${texts.back}</a></p>`;
  const error = faults.length > 0;
  visit.show(status, accountPage(visit, '/totp', texts.totpTitle, body, { error }));
}
