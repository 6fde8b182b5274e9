import type { SecurityEvent } from '../../../../src/plugin/sdk.ts';
import type { Login, LoginStore } from '../../logins/login-store.ts';
import type { AppNames } from '../app-names.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { accountForm, done } from './account-form.ts';
import { accountPage, dateTime, oneButton } from './account-layout.ts';
import { ACCOUNT_CLIENT } from './account-client.ts';
import type { AccountHandler, AccountVisit } from './account-visit.ts';
import { SESSIONS_TEXTS } from './sessions-texts.ts';

export interface SessionsParts {
  readonly origin: string;
  readonly logins: LoginStore;
  readonly apps: AppNames;
  readonly audit: (event: SecurityEvent) => Promise<void>;
}

/**
 * Where the account is signed in, and how to end it: one session, or all but this one.
 * @see TR-03161 O.Auth_8, O.Auth_16
 */
export function sessionsPages(parts: SessionsParts): Readonly<Record<string, AccountHandler>> {
  const { logins } = parts;
  return {
    'GET /sessions': async (visit) => {
      const texts = SESSIONS_TEXTS[visit.look.language];
      const list = await logins.list(visit.actor.accountId);
      const cards = await Promise.all(list.map((login) => card(parts, visit, login)));
      const others = list.some(({ id }) => id !== visit.login.id);
      const body = html`<p>${texts.intro}</p>
<ul class="cards">${cards}</ul>
${others ? oneButton(visit, { action: '/sessions/all', text: texts.endAll }) : undefined}`;
      visit.show(200, accountPage(visit, '/sessions', texts.title, body));
    },
    'POST /sessions/one': async (visit) => {
      const id = (await accountForm(parts.origin, visit)).get('session') ?? '';
      const ended = await logins.revoke(visit.actor.accountId, id);
      if (ended) await record(parts, visit, 'A session was ended by its owner');
      done(visit, '/sessions', 'ended');
    },
    'POST /sessions/all': async (visit) => {
      await accountForm(parts.origin, visit);
      const ended = await logins.revokeAll(visit.actor.accountId, visit.login.id);
      if (ended > 0) await record(parts, visit, `${ended} sessions were ended by their owner`);
      done(visit, '/sessions', 'ended-all');
    },
  };
}

async function card(parts: SessionsParts, visit: AccountVisit, login: Login): Promise<Html> {
  const texts = SESSIONS_TEXTS[visit.look.language];
  const own = login.clientId === ACCOUNT_CLIENT;
  const app = own ? texts.accountPages : (await parts.apps.of(login.clientId)).name;
  // "Firefox on Android" is stored in English.
  const device = login.device?.replace(' on ', ` ${texts.on} `) ?? texts.unknown;
  const what = `${app}, ${device}`;
  const current = login.id === visit.login.id;
  return html`<li class="card"><h2>${what}</h2>
${current ? html`<p><strong>${texts.current}</strong></p>` : undefined}
<p>${texts.since} ${dateTime(visit, login.authTime)}</p>
<p>${texts.used} ${dateTime(visit, login.lastUsedAt)}</p>
<p class="hint">${texts.ends} ${dateTime(visit, login.expiresAt)}${login.deviceKey === undefined ? '' : `. ${texts.bound}`}</p>
${
  current
    ? undefined
    : oneButton(visit, {
        action: '/sessions/one',
        text: texts.end,
        about: what,
        hidden: { session: login.id },
        second: true,
      })
}</li>`;
}

/** The ledger learns of it before the answer does. */
export async function record(
  { audit }: Pick<SessionsParts, 'audit'>,
  { from, login }: AccountVisit,
  description: string,
  [type, subtype]: readonly [string, string] = ['110113', '110137'],
): Promise<void> {
  await audit({
    type,
    subtype,
    outcome: 'success',
    agent: login.profile,
    ...(login.profile.startsWith('Patient/') ? { patient: login.profile } : {}),
    clientId: login.clientId,
    description,
    ...(from.network === undefined ? {} : { network: from.network }),
    ...(from.requestId === undefined ? {} : { requestId: from.requestId }),
  });
}
