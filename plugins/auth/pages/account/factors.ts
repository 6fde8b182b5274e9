import type { Clock } from '../../../../src/plugin/sdk.ts';
import { isFhirError } from '../../../../src/plugin/sdk.ts';
import { ACCOUNT_PREFIX } from '../../oidc/paths.ts';
import type { AccountSecurity, FactorView } from '../../security/account-security.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { errorSummary } from '../layout.ts';
import { accountForm, done } from './account-form.ts';
import { accountPage, dateTime, oneButton } from './account-layout.ts';
import { ACCOUNT_TEXTS } from './account-texts.ts';
import type { AccountHandler, AccountVisit } from './account-visit.ts';
import { FACTORS_TEXTS } from './factors-texts.ts';
import { ONE_FACTOR_TEXTS } from './one-factor-texts.ts';

export interface FactorsParts {
  readonly origin: string;
  readonly security: AccountSecurity;
  readonly clock: Clock;
}

/** The second factors of the account. @see TR-03161 O.Auth_12 */
export function factorsPages(parts: FactorsParts): Readonly<Record<string, AccountHandler>> {
  return {
    'GET /factors': (visit) => show(parts, visit, 200),
    'POST /factors/remove': async (visit) => {
      const factor = (await accountForm(parts.origin, visit)).get('factor') ?? '';
      try {
        const { now } = await parts.security.removeFactor(visit.actor, factor, visit.from);
        done(visit, '/factors', now ? 'removed' : 'announced');
      } catch (error) {
        if (!isFhirError(error) || error.code !== 'AUTH_FACTOR_LAST') throw error;
        await show(parts, visit, 409, ACCOUNT_TEXTS[visit.look.language].last);
      }
    },
  };
}

async function show(
  parts: FactorsParts,
  visit: AccountVisit,
  status: number,
  fault?: string,
): Promise<void> {
  const { language } = visit.look;
  const texts = FACTORS_TEXTS[language];
  const factors = await parts.security.factors(visit.actor.accountId);
  const link = (path: string, text: string): Html =>
    html`<a class="button second" href="${ACCOUNT_PREFIX}${path}">${text}</a>`;
  const body = html`${errorSummary(language, fault === undefined ? [] : [{ text: fault }])}
<p>${texts.intro}</p>
<ul class="cards">${factors.map((factor) => card(parts, visit, factor))}</ul>
<h2>${texts.addTitle}</h2>
<p class="buttons">${link('/passkey', texts.addPasskey)} ${link('/totp', texts.addTotp)}</p>
<p class="buttons">${link('/one-factor', ONE_FACTOR_TEXTS[language].title)}</p>
<h2>${texts.codesTitle}</h2>
<p class="buttons">${link('/codes', texts.codesLink)}</p>
<p class="hint">${ACCOUNT_TEXTS[language].fresh}</p>`;
  const error = fault !== undefined;
  visit.show(status, accountPage(visit, '/factors', texts.title, body, { error }));
}

function card(parts: FactorsParts, visit: AccountVisit, factor: FactorView): Html {
  const texts = FACTORS_TEXTS[visit.look.language];
  const { activeFrom, kind, label, lastUsedAt, left, removedFrom, synced } = factor;
  const what = label === undefined ? texts.kinds[kind] : `${texts.kinds[kind]}: ${label}`;
  const ahead = activeFrom.getTime() > parts.clock.now();
  const removable = kind !== 'recovery-codes' && removedFrom === undefined;
  return html`<li class="card"><h2>${what}</h2>
${synced === undefined ? undefined : html`<p>${synced ? texts.synced : texts.bound}</p>`}
${left === undefined ? undefined : html`<p>${texts.left(left)}</p>`}
<p class="hint">${texts.added} ${dateTime(visit, factor.createdAt)}. ${lastUsedAt === undefined ? texts.never : html`${texts.used} ${dateTime(visit, lastUsedAt)}`}</p>
${ahead ? html`<p><strong>${texts.holdsFrom} ${dateTime(visit, activeFrom)}</strong></p>` : undefined}
${removedFrom === undefined ? undefined : html`<p><strong>${texts.removedFrom} ${dateTime(visit, removedFrom)}</strong></p>`}
${
  removable
    ? oneButton(visit, {
        action: '/factors/remove',
        text: texts.remove,
        about: what,
        hidden: { factor: factor.id },
        second: true,
      })
    : undefined
}</li>`;
}
