declare const SHOWN: unique symbol;

/**
 * JSON text of a resource as its reader may see it. Whatever leaves the store asks for it, and what is stored is not one:
 * a way out that does not go through `show.ts` does not compile.
 */
export type ShownText = string & { readonly [SHOWN]: true };

/**
 * Says of a text that it may be seen: one that is made of shown ones, or by the server itself of nothing stored, and in
 * `show.ts` what is shown of stored ones. Nowhere else.
 */
export function shownText(text: string): ShownText {
  return text as ShownText;
}
