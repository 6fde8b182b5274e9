/** Languages of the pages. */
export const LANGUAGES = ['de', 'en'] as const;

/** Language of a page. */
export type Language = (typeof LANGUAGES)[number];

/** Texts of one page in every language; a missing one does not compile. */
export type Translated<Texts> = Readonly<Record<Language, Texts>>;
