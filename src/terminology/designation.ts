/** A name of a concept in a language or for a use. */
interface Designation {
  readonly language?: string;
  readonly value: string;
}

/** The display in the language asked for: the designation in it, or in a variety of it, else the display itself. */
export function displayIn(
  language: string | undefined,
  display: string | undefined,
  designations: readonly Designation[] | undefined,
): string | undefined {
  // `de-DE, en;q=0.8`: the first is what is preferred.
  const wanted = language?.split(/[,;]/, 1)[0]?.trim().toLowerCase();
  if (wanted === undefined || wanted === '' || designations === undefined) return display;
  const inLanguage = (fits: (language: string) => boolean): string | undefined =>
    designations.find((it) => it.language !== undefined && fits(it.language.toLowerCase()))?.value;
  const [base = ''] = wanted.split('-');
  return (
    inLanguage((it) => it === wanted) ??
    inLanguage((it) => it === base || it.startsWith(`${base}-`)) ??
    display
  );
}
