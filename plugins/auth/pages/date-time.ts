import { html } from './html.ts';
import type { Html } from './html.ts';
import type { Language } from './texts.ts';

/** Date and time as people in Germany read them. */
export function dateTimeText(language: Language, at: Date): string {
  return new Intl.DateTimeFormat(language === 'de' ? 'de-DE' : 'en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'Europe/Berlin',
  }).format(at);
}

/** The same as an element, with the instant itself for machines. */
export function dateTime(language: Language, at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${dateTimeText(language, at)}</time>`;
}
