import type { Clock } from '../../../../src/plugin/sdk.ts';
import { LOCK_PATH, RECOVERY_PREFIX } from '../../oidc/paths.ts';
import type { AccountLock } from '../../security/account-lock.ts';
import { FIELD_TEXTS } from '../field-texts.ts';
import { field, HANDLE_ATTRIBUTES, SECRET_ATTRIBUTES, tokenField } from '../fields.ts';
import { formBody } from '../form-body.ts';
import { html } from '../html.ts';
import { errorSummary, page } from '../layout.ts';
import { MESSAGE_TEXTS } from '../message-texts.ts';
import type { OpenHandler, OpenVisit } from '../open/open-visit.ts';
import { assertOwnForm } from '../own-form.ts';
import { responseFloor } from '../response-floor.ts';
import { LOCK_TEXTS } from './texts.ts';

export interface LockParts {
  readonly origin: string;
  readonly lock: Pick<AccountLock, 'lockWithCode'>;
  readonly clock: Clock;
  readonly responseFloorMs: number;
}

/**
 * Locks an account from any device, with its number and lock code. The answer is the same whatever was typed.
 * @see requirement R-242
 */
export function lockPages(parts: LockParts): Readonly<Record<string, OpenHandler>> {
  return {
    [`GET ${LOCK_PATH}`]: async (visit) => {
      visit.show(200, form(visit));
    },
    [`POST ${LOCK_PATH}`]: async (visit) => {
      const start = parts.clock.now();
      const fields = await formBody(visit.request);
      assertOwnForm(visit.request, parts.origin, visit.token, fields.get('form_token'));
      const handle = (fields.get('handle') ?? '').slice(0, 64);
      const code = (fields.get('lock-code') ?? '').slice(0, 64);
      const answer = await parts.lock.lockWithCode(handle, code, visit.from);
      await responseFloor(parts.clock, start, parts.responseFloorMs);
      if (answer.outcome === 'wait') {
        const { retryAfter } = answer;
        const fault = MESSAGE_TEXTS[visit.look.language].wait(retryAfter);
        visit.show(429, form(visit, handle, fault), { retryAfter });
        return;
      }
      const texts = LOCK_TEXTS[visit.look.language];
      const body = html`<p role="status">${texts.done}</p>
<p><a href="${RECOVERY_PREFIX}/unlock">${texts.unlock}</a></p>`;
      visit.show(200, page(visit.look, texts.doneTitle, body));
    },
  };
}

function form(visit: OpenVisit, handle = '', fault?: string): string {
  const { language } = visit.look;
  const texts = LOCK_TEXTS[language];
  const fields = FIELD_TEXTS[language];
  const faults = fault === undefined ? [] : [{ text: fault, field: 'handle' }];
  const body = html`${errorSummary(language, faults)}
<p>${texts.intro}</p>
<form method="post" action="${LOCK_PATH}">
${tokenField(visit.formToken)}
${field({ id: 'handle', label: fields.handle, value: handle, attributes: HANDLE_ATTRIBUTES })}
${field({ id: 'lock-code', label: fields.lockCode, hint: texts.lockCodeHint, attributes: SECRET_ATTRIBUTES })}
<p class="buttons"><button type="submit">${texts.submit}</button></p>
</form>
<p class="hint">${texts.lostCode}</p>`;
  return page(visit.look, texts.title, body, { error: faults.length > 0 });
}
