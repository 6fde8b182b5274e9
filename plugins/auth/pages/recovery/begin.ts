import { RECOVERY_PREFIX } from '../../oidc/paths.ts';
import type { RecoveryGoal } from '../../recovery/recovery.ts';
import { FIELD_TEXTS } from '../field-texts.ts';
import {
  field,
  HANDLE_ATTRIBUTES,
  PASSWORD_ATTRIBUTES,
  SECRET_ATTRIBUTES,
  tokenField,
} from '../fields.ts';
import { formBody } from '../form-body.ts';
import { sendTo } from '../headers.ts';
import { html } from '../html.ts';
import { errorSummary, page } from '../layout.ts';
import { MESSAGE_TEXTS } from '../message-texts.ts';
import type { OpenHandler, OpenVisit } from '../open/open-visit.ts';
import { assertOwnForm } from '../own-form.ts';
import { responseFloor } from '../response-floor.ts';
import { GOALS, goalPath } from './recovery-parts.ts';
import type { RecoveryPageParts } from './recovery-parts.ts';
import { RECOVERY_TEXTS } from './texts.ts';

/** The first step of a recovery; its answer is the same for all accounts and none. @see requirement R-199 */
export function beginPages(parts: RecoveryPageParts): Readonly<Record<string, OpenHandler>> {
  const ofGoals = GOALS.flatMap((goal): [string, OpenHandler][] => [
    [
      `GET ${goalPath(goal)}`,
      async (visit) => {
        visit.show(200, beginForm(visit, goal));
      },
    ],
    [`POST ${goalPath(goal)}`, (visit) => begin(parts, visit, goal)],
  ]);
  return {
    [`GET ${RECOVERY_PREFIX}`]: async (visit) => {
      const texts = RECOVERY_TEXTS[visit.look.language];
      const items = GOALS.map(
        (
          goal,
        ) => html`<li class="card"><h2><a href="${goalPath(goal)}">${texts.goals[goal]}</a></h2>
<p>${texts.needs[goal]}</p></li>`,
      );
      const body = html`<p>${texts.intro}</p>
<ul class="cards">${items}</ul>
<p>${texts.lostAll}</p>`;
      visit.show(200, page(visit.look, texts.title, body));
    },
    ...Object.fromEntries(ofGoals),
  };
}

async function begin(
  parts: RecoveryPageParts,
  visit: OpenVisit,
  goal: RecoveryGoal,
): Promise<void> {
  const start = parts.clock.now();
  const fields = await formBody(visit.request);
  assertOwnForm(visit.request, parts.origin, visit.token, fields.get('form_token'));
  const handle = (fields.get('handle') ?? '').slice(0, 64);
  const password = (fields.get('password') ?? '').slice(0, 512);
  const step = await parts.recovery.begin(
    {
      handle,
      code: (fields.get('recovery-code') ?? '').slice(0, 64),
      goal,
      ...(goal === 'unlock' ? { password } : {}),
    },
    visit.from,
  );
  await responseFloor(parts.clock, start, parts.responseFloorMs);
  if (step.outcome === 'proof') {
    const cookie = parts.attempts.set(RECOVERY_PREFIX, step.attempt);
    visit.response.appendHeader('Set-Cookie', cookie);
    sendTo(visit.response, `${goalPath(goal)}/proof`);
    return;
  }
  if (step.outcome === 'wait') {
    const { retryAfter } = step;
    const fault = MESSAGE_TEXTS[visit.look.language].wait(retryAfter);
    visit.show(429, beginForm(visit, goal, handle, fault), { retryAfter });
    return;
  }
  visit.show(401, beginForm(visit, goal, handle, RECOVERY_TEXTS[visit.look.language].refused));
}

/** Form of the first step; a refusal of any step leads back to it. */
export function beginForm(
  visit: OpenVisit,
  goal: RecoveryGoal,
  handle = '',
  fault?: string,
): string {
  const { language } = visit.look;
  const texts = RECOVERY_TEXTS[language];
  const fields = FIELD_TEXTS[language];
  const faults = fault === undefined ? [] : [{ text: fault, field: 'handle' }];
  const password = field({
    id: 'password',
    label: fields.password,
    type: 'password',
    attributes: PASSWORD_ATTRIBUTES,
  });
  const body = html`${errorSummary(language, faults)}
<p>${texts.needs[goal]}</p>
<form method="post" action="${goalPath(goal)}">
${tokenField(visit.formToken)}
${field({ id: 'handle', label: fields.handle, value: handle, attributes: HANDLE_ATTRIBUTES })}
${goal === 'unlock' ? password : undefined}
${field({
  id: 'recovery-code',
  label: fields.recoveryCode,
  hint: texts.codeHint,
  attributes: SECRET_ATTRIBUTES,
})}
<p class="buttons"><button type="submit">${texts.submit}</button></p>
</form>
<p><a href="${RECOVERY_PREFIX}">${texts.back}</a></p>`;
  return page(visit.look, texts.goals[goal], body, { error: faults.length > 0 });
}
