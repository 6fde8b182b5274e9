import type { IdentityProviderConfig } from '../config/external.ts';
import type { Language } from '../pages/texts.ts';

/** Name of a provider in a language. */
export function providerLabel({ label }: IdentityProviderConfig, language: Language): string {
  return typeof label === 'string' ? label : label[language];
}
