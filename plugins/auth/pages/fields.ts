import { html, trusted } from './html.ts';
import type { Html } from './html.ts';

/** An input with its label. */
export interface Field {
  /** Id and name. */
  readonly id: string;
  readonly label: string;
  readonly type?: 'text' | 'password';
  readonly value?: string;
  readonly hint?: string;
  /** What is wrong with the value; shown beside the field. */
  readonly fault?: string;
  /** Further attributes; true stands for one without a value. Names come from pages, never from requests. */
  readonly attributes?: Readonly<Record<string, string | true>>;
}

/**
 * Label, hint, fault and input, tied together for screen readers.
 * @see https://www.w3.org/WAI/WCAG22/Understanding/error-identification
 */
export function field(what: Field): Html {
  const { id, label, type = 'text', value, hint, fault } = what;
  const described = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(fault === undefined ? [] : [`${id}-fault`]),
  ].join(' ');
  const attributes = {
    ...(value === undefined ? {} : { value }),
    ...what.attributes,
    ...(described === '' ? {} : { 'aria-describedby': described }),
    ...(fault === undefined ? {} : { 'aria-invalid': 'true' }),
  };
  return html`<label for="${id}">${label}</label>
${hint === undefined ? undefined : html`<p class="hint" id="${id}-hint">${hint}</p>\n`}${fault === undefined ? undefined : html`<p class="fault" id="${id}-fault">${fault}</p>\n`}<input id="${id}" name="${id}" type="${type}"${attributesOf(attributes)}>`;
}

/** A box to tick, with its label behind it. */
export function checkbox(what: {
  readonly id: string;
  readonly name?: string;
  readonly value: string;
  readonly label: string | Html;
  readonly checked?: boolean;
  readonly required?: boolean;
  readonly fault?: string;
}): Html {
  const { id, name = id, value, label, fault } = what;
  const attributes = {
    ...(what.checked === true ? ({ checked: true } as const) : {}),
    ...(what.required === true ? ({ required: true } as const) : {}),
    ...(fault === undefined ? {} : { 'aria-invalid': 'true', 'aria-describedby': `${id}-fault` }),
  };
  return html`${fault === undefined ? undefined : html`<p class="fault" id="${id}-fault">${fault}</p>\n`}<p class="check"><input id="${id}" name="${name}" type="checkbox" value="${value}"${attributesOf(attributes)}><label for="${id}">${label}</label></p>`;
}

/** The field that proves that a form comes from its own page. */
export function tokenField(token: string): Html {
  return html`<input type="hidden" name="form_token" value="${token}">`;
}

/** Attributes of the field for an account number. Pasting is allowed everywhere: nothing forbids it. */
export const HANDLE_ATTRIBUTES = {
  required: true,
  maxlength: '64',
  autocomplete: 'username',
  autocapitalize: 'characters',
  spellcheck: 'false',
} as const;

/** Attributes of the field for the password somebody has. */
export const PASSWORD_ATTRIBUTES = {
  required: true,
  maxlength: '512',
  autocomplete: 'current-password',
} as const;

/** Attributes of the field for a password somebody chooses. */
export const NEW_PASSWORD_ATTRIBUTES = {
  required: true,
  maxlength: '512',
  autocomplete: 'new-password',
} as const;

/** Attributes of the field for a one-time code. */
export const CODE_ATTRIBUTES = {
  required: true,
  maxlength: '16',
  inputmode: 'numeric',
  autocomplete: 'one-time-code',
} as const;

/** Attributes of the field for a recovery code or a lock code. */
export const SECRET_ATTRIBUTES = {
  required: true,
  maxlength: '64',
  autocomplete: 'off',
  autocapitalize: 'characters',
  spellcheck: 'false',
} as const;

function attributesOf(attributes: Readonly<Record<string, string | true>>): Html[] {
  return Object.entries(attributes).map(([name, value]) =>
    value === true ? trusted(` ${name}`) : html` ${trusted(name)}="${value}"`,
  );
}
