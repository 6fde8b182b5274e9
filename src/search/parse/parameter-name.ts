/** Name of a search parameter as sent, cut into its parts. */
export interface ParameterName {
  /** As sent. */
  readonly text: string;
  /** Code of the search parameter. */
  readonly code: string;
  readonly modifier?: string;
}

/** Cuts `code:modifier`. */
export function parseParameterName(text: string): ParameterName {
  const colon = text.indexOf(':');
  if (colon < 0) return { text, code: text };
  return { text, code: text.slice(0, colon), modifier: text.slice(colon + 1) };
}
