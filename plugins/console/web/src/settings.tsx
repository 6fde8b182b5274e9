/** What the server tells the page: see `serve/page.ts`. */
export interface Settings {
  /** Minutes without input after which the page signs out. */
  readonly idleMinutes: number;
  readonly title: string;
}

/** Settings of the page, from its head. */
export const settings: Settings = JSON.parse(
  document.querySelector<HTMLMetaElement>('meta[name="console-settings"]')?.content ?? '{}',
) as Settings;

/** Nonce for style elements that are made at run time. */
export const styleNonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';

/** Path below which all pages of the console lie. */
export const BASE = '/console';
