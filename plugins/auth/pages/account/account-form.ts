import { ACCOUNT_PREFIX } from '../../oidc/paths.ts';
import { formBody } from '../form-body.ts';
import type { Fields } from '../form-body.ts';
import { sendTo } from '../headers.ts';
import { assertOwnForm } from '../own-form.ts';
import type { Done } from './account-texts.ts';
import type { AccountVisit } from './account-visit.ts';

/** Reads a form of a page of the account. @throws FhirError `AUTH_BODY_INVALID`, `AUTH_FORM_FOREIGN` */
export async function accountForm(origin: string, visit: AccountVisit): Promise<Fields> {
  const fields = await formBody(visit.request);
  assertOwnForm(visit.request, origin, visit.token, fields.get('form_token'));
  return fields;
}

/** Leads to a page that tells what has happened; reloading it sends nothing twice. */
export function done(visit: AccountVisit, path: string, outcome: Done): void {
  sendTo(visit.response, `${ACCOUNT_PREFIX}${path}?done=${outcome}`);
}
