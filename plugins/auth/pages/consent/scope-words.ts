import { smartScope } from '../../../../src/plugin/sdk.ts';
import type { Language } from '../texts.ts';
import { SCOPE_TEXTS } from './scope-texts.ts';

/** What a scope allows, in plain words; one that is unknown is shown as it is written. */
export function scopeWords(language: Language, scope: string): string {
  const texts = SCOPE_TEXTS[language];
  const plain = {
    openid: texts.openid,
    fhirUser: texts.fhirUser,
    offline_access: texts.offline,
    online_access: texts.online,
    'launch/patient': texts.launchPatient,
    'launch/encounter': texts.launchEncounter,
    launch: texts.launch,
  }[scope];
  if (plain !== undefined) return plain;
  const smart = smartScope(scope);
  if (smart === undefined) return texts.other(scope);
  const { context, letters, search, type } = smart;
  const done = [
    ...(/[rs]/.test(letters) ? [texts.actions.read] : []),
    ...(letters.includes('c') ? [texts.actions.create] : []),
    ...(letters.includes('u') ? [texts.actions.update] : []),
    ...(letters.includes('d') ? [texts.actions.delete] : []),
  ];
  const last = done.pop() ?? '';
  const actions = done.length === 0 ? last : `${done.join(', ')}${texts.and}${last}`;
  const named = Object.hasOwn(texts.types, type) ? texts.types[type] : type;
  const what = type === '*' ? texts.everything : (named ?? type);
  const only = search.map(([name, value]) => `${name} = ${value}`).join(', ');
  return `${texts.data(texts.whose[context], what, actions)}${only === '' ? '' : texts.only(only)}`;
}
