import { field } from '../fields.ts';
import type { Fields } from '../form-body.ts';
import type { Html } from '../html.ts';
import type { Language } from '../texts.ts';
import { ADD_FACTOR_TEXTS } from './add-factor-texts.ts';

const MAX_LABEL = 40;

/** Field for a label by which its owner tells a factor from others. */
export function labelField(language: Language): Html {
  const texts = ADD_FACTOR_TEXTS[language];
  return field({
    id: 'label',
    label: texts.label,
    hint: texts.labelHint,
    attributes: { maxlength: String(MAX_LABEL), autocomplete: 'off' },
  });
}

/** The label, without control characters; undefined where none was typed. */
export function labelOf(fields: Fields): string | undefined {
  const label = (fields.get('label') ?? '').replace(/\p{C}/gu, '').trim().slice(0, MAX_LABEL);
  return label === '' ? undefined : label;
}
