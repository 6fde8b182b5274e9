import { isFhirError } from '../../../../src/plugin/sdk.ts';
import { ACCOUNT_PREFIX } from '../../oidc/paths.ts';
import type { LowerAssurance } from '../../security/lower-assurance.ts';
import { checkbox, tokenField } from '../fields.ts';
import { html } from '../html.ts';
import { errorSummary } from '../layout.ts';
import { accountForm, done } from './account-form.ts';
import { accountPage, dateTime, oneButton } from './account-layout.ts';
import type { AccountHandler, AccountVisit } from './account-visit.ts';
import { ONE_FACTOR_TEXT_VERSION, ONE_FACTOR_TEXTS } from './one-factor-texts.ts';

export interface OneFactorParts {
  readonly origin: string;
  readonly lowerAssurance: LowerAssurance;
}

/** Consent to signing in with a passkey alone, and its withdrawal. @see TR-03161 O.Auth_5; requirement R-278 */
export function oneFactorPages(parts: OneFactorParts): Readonly<Record<string, AccountHandler>> {
  const { lowerAssurance, origin } = parts;
  return {
    'GET /one-factor': (visit) => show(parts, visit, 200),
    'POST /one-factor': async (visit) => {
      const fields = await accountForm(origin, visit);
      if (fields.get('agree') !== 'yes') return show(parts, visit, 422, 'agree');
      try {
        await lowerAssurance.give(visit.actor, ONE_FACTOR_TEXT_VERSION, visit.from);
      } catch (error) {
        if (!isFhirError(error) || error.code !== 'AUTH_CONSENT_NOT_OFFERED') throw error;
        return show(parts, visit, 403, 'notOffered');
      }
      done(visit, '/one-factor', 'agreed');
    },
    'POST /one-factor/withdraw': async (visit) => {
      await accountForm(origin, visit);
      await lowerAssurance.withdraw(visit.actor.accountId, visit.from);
      done(visit, '/one-factor', 'taken-back');
    },
  };
}

async function show(
  { lowerAssurance }: OneFactorParts,
  visit: AccountVisit,
  status: number,
  fault?: 'agree' | 'notOffered',
): Promise<void> {
  const { language } = visit.look;
  const texts = ONE_FACTOR_TEXTS[language];
  const consent = await lowerAssurance.active(visit.actor.accountId);
  const faults = fault === undefined ? [] : [{ text: texts[fault], field: 'agree' }];
  const form =
    consent === undefined
      ? html`<form method="post" action="${ACCOUNT_PREFIX}/one-factor">
${tokenField(visit.formToken)}
${checkbox({ id: 'agree', value: 'yes', label: texts.agree, required: true })}
<p class="buttons"><button type="submit">${texts.give}</button></p>
</form>`
      : html`<p><strong>${texts.active} ${dateTime(visit, consent.givenAt)}</strong></p>
${oneButton(visit, { action: '/one-factor/withdraw', text: texts.withdraw })}`;
  const body = html`${errorSummary(language, faults)}
<p>${texts.intro}</p>
<ul>${texts.points.map((point) => html`<li>${point}</li>`)}</ul>
${form}`;
  const error = fault !== undefined;
  visit.show(status, accountPage(visit, '/one-factor', texts.title, body, { error }));
}
