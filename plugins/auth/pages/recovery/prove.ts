import type { RecoveryGoal, RecoveryProof } from '../../recovery/recovery.ts';
import { FIELD_TEXTS } from '../field-texts.ts';
import {
  CODE_ATTRIBUTES,
  field,
  PASSWORD_ATTRIBUTES,
  SECRET_ATTRIBUTES,
  tokenField,
} from '../fields.ts';
import type { Field } from '../fields.ts';
import { formBody, passkeyBody } from '../form-body.ts';
import type { Fields } from '../form-body.ts';
import { sendTo } from '../headers.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { page } from '../layout.ts';
import { FACTOR_TEXTS } from '../login/factor-texts.ts';
import { passkeyForm } from '../login/passkey-form.ts';
import { donePage } from '../message-page.ts';
import { MESSAGE_TEXTS } from '../message-texts.ts';
import type { OpenHandler, OpenVisit } from '../open/open-visit.ts';
import { assertOwnForm } from '../own-form.ts';
import { responseFloor } from '../response-floor.ts';
import { beginForm } from './begin.ts';
import { attemptOf, GOALS, goalPath } from './recovery-parts.ts';
import type { RecoveryPageParts } from './recovery-parts.ts';
import { RECOVERY_TEXTS } from './texts.ts';

/** The second step of a recovery: what is left of the factors, with the verdict on everything. */
export function provePages(parts: RecoveryPageParts): Readonly<Record<string, OpenHandler>> {
  const text = async (
    visit: OpenVisit,
    goal: RecoveryGoal,
    proof: (fields: Fields) => RecoveryProof,
  ): Promise<void> => {
    const fields = await formBody(visit.request);
    await prove(parts, visit, goal, fields, proof(fields));
  };
  const pages = GOALS.flatMap((goal): [string, OpenHandler][] => [
    [`GET ${goalPath(goal)}/proof`, (visit) => show(parts, visit, goal)],
    [
      `POST ${goalPath(goal)}/code`,
      (visit) => text(visit, goal, (all) => ({ kind: 'totp', code: all.get('code') ?? '' })),
    ],
    [
      `POST ${goalPath(goal)}/password`,
      (visit) =>
        text(visit, goal, (all) => ({
          kind: 'password',
          password: (all.get('password') ?? '').slice(0, 512),
        })),
    ],
    [
      `POST ${goalPath(goal)}/recovery-code`,
      (visit) =>
        text(visit, goal, (all) => ({
          kind: 'recovery-code',
          code: (all.get('recovery-code') ?? '').slice(0, 64),
        })),
    ],
    [
      `POST ${goalPath(goal)}/passkey`,
      async (visit) => {
        const { fields, passkey } = await passkeyBody(visit.request);
        await prove(parts, visit, goal, fields, { kind: 'passkey', response: passkey });
      },
    ],
  ]);
  return Object.fromEntries(pages);
}

async function prove(
  parts: RecoveryPageParts,
  visit: OpenVisit,
  goal: RecoveryGoal,
  fields: Fields,
  proof: RecoveryProof,
): Promise<void> {
  const start = parts.clock.now();
  assertOwnForm(visit.request, parts.origin, visit.token, fields.get('form_token'));
  const step = await parts.recovery.prove(attemptOf(parts, visit), proof, visit.from);
  await responseFloor(parts.clock, start, parts.responseFloorMs);
  const texts = RECOVERY_TEXTS[visit.look.language];
  switch (step.outcome) {
    case 'accepted':
      if (goal !== 'unlock') {
        sendTo(visit.response, `${goalPath(goal)}/new`);
        return;
      }
      visit.show(200, donePage(visit.look, texts.doneTitle, texts.unlocked));
      return;
    case 'wait': {
      const { retryAfter } = step;
      const fault = MESSAGE_TEXTS[visit.look.language].wait(retryAfter);
      visit.show(429, beginForm(visit, goal, '', fault), { retryAfter });
      return;
    }
    default:
      visit.show(401, beginForm(visit, goal, '', texts.refused));
  }
}

async function show(parts: RecoveryPageParts, visit: OpenVisit, goal: RecoveryGoal): Promise<void> {
  const { language } = visit.look;
  const texts = RECOVERY_TEXTS[language];
  const fields = FIELD_TEXTS[language];
  const factors = FACTOR_TEXTS[language];
  const attempt = attemptOf(parts, visit);
  const form = (name: string, input: Field, submit: string): Html =>
    html`<form method="post" action="${goalPath(goal)}/${name}">
${tokenField(visit.formToken)}
${field(input)}
<p class="buttons"><button type="submit">${submit}</button></p>
</form>`;
  const password = html`<p>${texts.passwordIntro}</p>
${form('password', { id: 'password', label: fields.password, type: 'password', attributes: PASSWORD_ATTRIBUTES }, texts.submit)}`;
  const possession = async (): Promise<Html> => html`<h2>${factors.passkeyTitle}</h2>
${passkeyForm(language, {
  action: `${goalPath(goal)}/passkey`,
  formToken: visit.formToken,
  ceremony: 'get',
  options: await parts.recovery.passkeyOptions(attempt),
  submit: factors.passkeySubmit,
})}
<h2>${factors.codeTitle}</h2>
${form('code', { id: 'code', label: fields.code, hint: fields.codeHint, attributes: CODE_ATTRIBUTES }, texts.submit)}`;
  const byPassword = goal === 'factor';
  const body = html`${byPassword ? password : await possession()}
<details>
<summary>${texts.recoveryCodeSummary}</summary>
${form('recovery-code', { id: 'recovery-code', label: fields.recoveryCode, hint: texts.recoveryCodeIntro, attributes: SECRET_ATTRIBUTES }, texts.submit)}
</details>`;
  const script = !byPassword;
  visit.show(200, page(visit.look, texts.proofTitle, body, { script }), { script });
}
