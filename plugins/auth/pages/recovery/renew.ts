import { authError } from '../../errors.ts';
import type { ChangeOutcome } from '../../security/account-security.ts';
import { dateTimeText } from '../date-time.ts';
import { FIELD_TEXTS } from '../field-texts.ts';
import { CODE_ATTRIBUTES, field, NEW_PASSWORD_ATTRIBUTES, tokenField } from '../fields.ts';
import { formBody, passkeyBody } from '../form-body.ts';
import { html } from '../html.ts';
import { errorSummary, page } from '../layout.ts';
import { ADD_FACTOR_TEXTS } from '../account/add-factor-texts.ts';
import { passkeyForm } from '../login/passkey-form.ts';
import { donePage } from '../message-page.ts';
import type { OpenHandler, OpenVisit } from '../open/open-visit.ts';
import { assertOwnForm } from '../own-form.ts';
import { PASSWORD_TEXTS } from '../password-texts.ts';
import { totpKey } from '../registration/qr-code.ts';
import { attemptOf, goalPath } from './recovery-parts.ts';
import type { RecoveryPageParts } from './recovery-parts.ts';
import { RECOVERY_TEXTS } from './texts.ts';

const PASSWORD = `${goalPath('password')}/new`;
const TOTP = `${goalPath('factor')}/new`;
const PASSKEY = `${goalPath('factor')}/new-passkey`;

/** The last step of a recovery: a new password or a new second factor, which hold after a delay. @see requirement R-244 */
export function renewPages(parts: RecoveryPageParts): Readonly<Record<string, OpenHandler>> {
  const { origin, recovery } = parts;
  return {
    [`GET ${PASSWORD}`]: async (visit) => {
      attemptOf(parts, visit);
      showPassword(parts, visit, 200);
    },
    [`POST ${PASSWORD}`]: async (visit) => {
      const fields = await formBody(visit.request);
      assertOwnForm(visit.request, origin, visit.token, fields.get('form_token'));
      const password = (fields.get('password') ?? '').slice(0, 512);
      const outcome = await recovery.setPassword(attemptOf(parts, visit), password, visit.from);
      if (typeof outcome !== 'string') {
        showDone(visit, outcome);
        return;
      }
      showPassword(parts, visit, 422, PASSWORD_TEXTS[visit.look.language][outcome]);
    },
    [`GET ${TOTP}`]: async (visit) => {
      await showTotp(visit, 200, await recovery.beginTotp(attemptOf(parts, visit)));
    },
    [`POST ${TOTP}`]: async (visit) => {
      const fields = await formBody(visit.request);
      assertOwnForm(visit.request, origin, visit.token, fields.get('form_token'));
      const [enrolment = '', code = ''] = [fields.get('enrolment'), fields.get('code')];
      const attempt = attemptOf(parts, visit);
      const outcome = await recovery.confirmTotp(attempt, enrolment, code, visit.from);
      if (outcome !== undefined) {
        showDone(visit, outcome);
        return;
      }
      const secret = (fields.get('secret') ?? '').slice(0, 200);
      const uri = (fields.get('uri') ?? '').slice(0, 500);
      if (!/^[A-Z2-7]+$/.test(secret) || !uri.startsWith('otpauth://totp/')) {
        throw authError('AUTH_BODY_INVALID');
      }
      const { wrongCode } = ADD_FACTOR_TEXTS[visit.look.language];
      await showTotp(visit, 422, { enrolment, secret, uri }, wrongCode);
    },
    [`GET ${PASSKEY}`]: (visit) => showPasskey(parts, visit, 200),
    [`POST ${PASSKEY}`]: async (visit) => {
      const { fields, passkey } = await passkeyBody(visit.request);
      assertOwnForm(visit.request, origin, visit.token, fields.get('form_token'));
      const enrolment = fields.get('enrolment') ?? '';
      const attempt = attemptOf(parts, visit);
      const outcome = await recovery.confirmPasskey(attempt, enrolment, passkey, visit.from);
      if (outcome !== undefined) {
        showDone(visit, outcome);
        return;
      }
      await showPasskey(parts, visit, 422);
    },
  };
}

function showDone(visit: OpenVisit, { now, effectiveAt }: ChangeOutcome): void {
  const { language } = visit.look;
  const texts = RECOVERY_TEXTS[language];
  const text = now ? texts.done : texts.announced(dateTimeText(language, effectiveAt));
  visit.show(200, donePage(visit.look, texts.doneTitle, text));
}

function showPassword(
  { minPasswordLength }: RecoveryPageParts,
  visit: OpenVisit,
  status: number,
  fault?: string,
): void {
  const { language } = visit.look;
  const texts = RECOVERY_TEXTS[language];
  const fields = FIELD_TEXTS[language];
  const faults = fault === undefined ? [] : [{ text: fault, field: 'password' }];
  const body = html`${errorSummary(language, faults)}
<p>${texts.delayed}</p>
<form method="post" action="${PASSWORD}">
${tokenField(visit.formToken)}
${field({
  id: 'password',
  label: fields.newPassword,
  type: 'password',
  hint: fields.passwordHint(minPasswordLength),
  attributes: NEW_PASSWORD_ATTRIBUTES,
  ...(fault === undefined ? {} : { fault }),
})}
<p class="buttons"><button type="submit">${texts.set}</button></p>
</form>`;
  visit.show(status, page(visit.look, texts.newTitle.password, body, { error: faults.length > 0 }));
}

async function showTotp(
  visit: OpenVisit,
  status: number,
  key: { readonly enrolment: string; readonly secret: string; readonly uri: string },
  fault?: string,
): Promise<void> {
  const { language } = visit.look;
  const texts = RECOVERY_TEXTS[language];
  const fields = FIELD_TEXTS[language];
  const adding = ADD_FACTOR_TEXTS[language];
  const faults = fault === undefined ? [] : [{ text: fault, field: 'code' }];
  const body = html`${errorSummary(language, faults)}
<p>${texts.delayed}</p>
<p>${adding.totpIntro}</p>
${await totpKey(adding, key)}
<form method="post" action="${TOTP}">
${tokenField(visit.formToken)}
<input type="hidden" name="enrolment" value="${key.enrolment}"><input type="hidden" name="secret" value="${key.secret}"><input type="hidden" name="uri" value="${key.uri}">
${field({
  id: 'code',
  label: fields.code,
  hint: fields.codeHint,
  attributes: CODE_ATTRIBUTES,
  ...(fault === undefined ? {} : { fault }),
})}
<p class="buttons"><button type="submit">${texts.set}</button></p>
</form>
<p><a href="${PASSKEY}">${texts.newPasskey}</a></p>`;
  visit.show(status, page(visit.look, texts.newTitle.factor, body, { error: faults.length > 0 }));
}

async function showPasskey(
  parts: RecoveryPageParts,
  visit: OpenVisit,
  status: number,
): Promise<void> {
  const { language } = visit.look;
  const texts = RECOVERY_TEXTS[language];
  const adding = ADD_FACTOR_TEXTS[language];
  const { enrolment, options } = await parts.recovery.beginPasskey(attemptOf(parts, visit));
  const refused = status !== 200;
  const body = html`${errorSummary(language, refused ? [{ text: adding.passkeyRefused }] : [])}
<p>${texts.delayed}</p>
<p>${adding.passkeyIntro}</p>
${passkeyForm(language, {
  action: PASSKEY,
  formToken: visit.formToken,
  ceremony: 'create',
  options,
  submit: texts.set,
  hidden: { enrolment },
})}
<p><a href="${TOTP}">${texts.newTotp}</a></p>`;
  const title = texts.newTitle.factor;
  const markup = page(visit.look, title, body, { error: refused, script: true });
  visit.show(status, markup, { script: true });
}
