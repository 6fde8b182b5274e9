import type { SecurityEvent } from '../../../../src/plugin/sdk.ts';
import type { Consent, ConsentStore } from '../../logins/consent-store.ts';
import type { LoginStore } from '../../logins/login-store.ts';
import type { AppNames } from '../app-names.ts';
import { scopeWords } from '../consent/scope-words.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { accountForm, done } from './account-form.ts';
import { accountPage, dateTime, oneButton } from './account-layout.ts';
import type { AccountHandler, AccountVisit } from './account-visit.ts';
import { APPS_TEXTS } from './apps-texts.ts';
import { record } from './sessions.ts';

export interface AppsParts {
  readonly origin: string;
  readonly consents: ConsentStore;
  readonly logins: Pick<LoginStore, 'list'>;
  /** Ends a grant with its tokens and its login; the browser session goes on. */
  readonly endGrant: (grantKey: string) => Promise<void>;
  readonly apps: AppNames;
  readonly audit: (event: SecurityEvent) => Promise<void>;
}

/**
 * Apps of other makers and what they were allowed; taking that back signs them out at once.
 * @see GDPR Art. 7 (3)
 */
export function appsPages(parts: AppsParts): Readonly<Record<string, AccountHandler>> {
  const { consents, endGrant, logins, origin } = parts;
  return {
    'GET /apps': async (visit) => {
      const texts = APPS_TEXTS[visit.look.language];
      const given = await consents.list(visit.actor.accountId);
      const cards = await Promise.all(given.map((consent) => card(parts, visit, consent)));
      const body =
        cards.length === 0
          ? html`<p>${texts.none}</p>`
          : html`<p>${texts.intro}</p>
<ul class="cards">${cards}</ul>`;
      visit.show(200, accountPage(visit, '/apps', texts.title, body));
    },
    'POST /apps': async (visit) => {
      const clientId = (await accountForm(origin, visit)).get('client') ?? '';
      const { accountId } = visit.actor;
      if (await consents.withdraw(accountId, clientId)) {
        for (const login of await logins.list(accountId)) {
          if (login.clientId !== clientId || login.grantKey === undefined) continue;
          await endGrant(login.grantKey);
        }
        await record(parts, visit, `The consent to the app ${clientId} was taken back`);
      }
      done(visit, '/apps', 'withdrawn');
    },
  };
}

async function card(parts: AppsParts, visit: AccountVisit, consent: Consent): Promise<Html> {
  const { language } = visit.look;
  const texts = APPS_TEXTS[language];
  const app = await parts.apps.of(consent.clientId);
  return html`<li class="card"><h2>${app.name}</h2>
<p>${texts.by}: ${app.owner}</p>
<p>${texts.purpose}: ${app.purpose}</p>
<p>${texts.may}</p>
<ul>${consent.scopes.map((scope) => html`<li>${scopeWords(language, scope)}</li>`)}</ul>
<p class="hint">${texts.since} ${dateTime(visit, consent.givenAt)}</p>
${oneButton(visit, { action: '/apps', text: texts.withdraw, about: app.name, hidden: { client: consent.clientId }, second: true })}</li>`;
}
