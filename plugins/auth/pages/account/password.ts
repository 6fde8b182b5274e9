import { ACCOUNT_PREFIX } from '../../oidc/paths.ts';
import type { IdentityClass } from '../../../../src/plugin/sdk.ts';
import type { AccountSecurity } from '../../security/account-security.ts';
import { FIELD_TEXTS } from '../field-texts.ts';
import {
  checkbox,
  field,
  NEW_PASSWORD_ATTRIBUTES,
  PASSWORD_ATTRIBUTES,
  tokenField,
} from '../fields.ts';
import { html } from '../html.ts';
import { errorSummary } from '../layout.ts';
import { PASSWORD_TEXTS } from '../password-texts.ts';
import { accountForm, done } from './account-form.ts';
import { accountPage } from './account-layout.ts';
import { ACCOUNT_TEXTS } from './account-texts.ts';
import type { AccountHandler, AccountVisit } from './account-visit.ts';
import { PASSWORD_PAGE_TEXTS } from './password-texts.ts';

export interface PasswordParts {
  readonly origin: string;
  readonly security: Pick<AccountSecurity, 'changePassword'>;
  readonly minLength: (identityClass: IdentityClass) => number;
}

interface Fault {
  readonly field: 'old' | 'password';
  readonly text: string;
}

/** Changes the password. @see TR-03161 O.Pass_3, O.Auth_12 */
export function passwordPages(parts: PasswordParts): Readonly<Record<string, AccountHandler>> {
  return {
    'GET /password': async (visit) => show(parts, visit, 200),
    'POST /password': async (visit) => {
      const { language } = visit.look;
      const fields = await accountForm(parts.origin, visit);
      const refusal = await parts.security.changePassword(
        visit.actor,
        {
          old: (fields.get('old') ?? '').slice(0, 512),
          new: (fields.get('password') ?? '').slice(0, 512),
          endOtherLogins: fields.get('others') === 'end',
        },
        visit.from,
      );
      const texts = PASSWORD_PAGE_TEXTS[language];
      switch (refusal) {
        case undefined:
          done(visit, '/password', 'password');
          break;
        case 'wrong-password':
          show(parts, visit, 422, { field: 'old', text: texts.wrong });
          break;
        case 'wait':
          show(parts, visit, 429, { field: 'old', text: texts.wait });
          break;
        default: {
          const text = PASSWORD_TEXTS[language][refusal];
          show(parts, visit, 422, { field: 'password', text });
        }
      }
    },
  };
}

function show(parts: PasswordParts, visit: AccountVisit, status: number, fault?: Fault): void {
  const { language } = visit.look;
  const texts = PASSWORD_PAGE_TEXTS[language];
  const fields = FIELD_TEXTS[language];
  const of = (name: Fault['field']): { readonly fault?: string } =>
    fault?.field === name ? { fault: fault.text } : {};
  const body = html`${errorSummary(language, fault === undefined ? [] : [fault])}
<p>${texts.intro}</p>
<p class="hint">${ACCOUNT_TEXTS[language].fresh}</p>
<form method="post" action="${ACCOUNT_PREFIX}/password">
${tokenField(visit.formToken)}
${field({ id: 'old', label: texts.old, type: 'password', attributes: PASSWORD_ATTRIBUTES, ...of('old') })}
${field({
  id: 'password',
  label: fields.newPassword,
  type: 'password',
  hint: fields.passwordHint(parts.minLength(visit.login.class)),
  attributes: NEW_PASSWORD_ATTRIBUTES,
  ...of('password'),
})}
${checkbox({ id: 'others', value: 'end', label: texts.endOthers, checked: true })}
<p class="buttons"><button type="submit">${texts.submit}</button></p>
</form>`;
  const error = fault !== undefined;
  visit.show(status, accountPage(visit, '/password', texts.title, body, { error }));
}
