import { ACCOUNT_PREFIX } from '../../oidc/paths.ts';
import type { AccountSecurity } from '../../security/account-security.ts';
import { html } from '../html.ts';
import { accountForm } from './account-form.ts';
import { accountPage, oneButton } from './account-layout.ts';
import type { AccountHandler, AccountVisit } from './account-visit.ts';
import { codeList } from './code-list.ts';
import { CODES_TEXTS } from './codes-texts.ts';

export interface CodesParts {
  readonly origin: string;
  readonly security: Pick<AccountSecurity, 'newRecoveryCodes' | 'newLockCode'>;
}

/** Makes new recovery codes or a new lock code, and shows them once. */
export function codesPages(parts: CodesParts): Readonly<Record<string, AccountHandler>> {
  const { origin, security } = parts;
  return {
    'GET /codes': async (visit) => {
      const texts = CODES_TEXTS[visit.look.language];
      const body = html`<h2>${texts.recoveryTitle}</h2>
<p>${texts.recoveryUse}</p>
<p>${texts.recoveryIntro}</p>
${oneButton(visit, { action: '/codes/recovery', text: texts.recoverySubmit })}
<h2>${texts.lockTitle}</h2>
<p>${texts.lockUse}</p>
<p>${texts.lockIntro}</p>
${oneButton(visit, { action: '/codes/lock', text: texts.lockSubmit })}`;
      visit.show(200, accountPage(visit, '/codes', texts.title, body));
    },
    'POST /codes/recovery': async (visit) => {
      await accountForm(origin, visit);
      show(visit, { recovery: await security.newRecoveryCodes(visit.actor, visit.from) });
    },
    'POST /codes/lock': async (visit) => {
      await accountForm(origin, visit);
      show(visit, { lock: await security.newLockCode(visit.actor, visit.from) });
    },
  };
}

function show(visit: AccountVisit, codes: Parameters<typeof codeList>[1]): void {
  const texts = CODES_TEXTS[visit.look.language];
  const body = html`${codeList(visit.look.language, codes)}
<p><a href="${ACCOUNT_PREFIX}/factors">${texts.back}</a></p>`;
  visit.show(200, accountPage(visit, '/codes', texts.newTitle, body));
}
