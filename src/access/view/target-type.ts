/**
 * The last two parts of a literal reference, with or without a version and what may stand behind it, or the type of a
 * conditional one. @see https://hl7.org/fhir/R4/references.html#literal
 */
const LITERAL =
  /(?:^|\/)([A-Z][A-Za-z]{0,63})(?:\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[^/?#]*)?|(?=\?))(?:[?#].*)?$/s;

/** The types that a Reference says it leads to: by its literal reference and by its `type`; none where it says nothing. */
export function targetTypes(reference: Readonly<Record<string, unknown>>): readonly string[] {
  const { reference: literal, type } = reference;
  const named = typeof literal === 'string' ? LITERAL.exec(literal)?.[1] : undefined;
  return [named, type].filter((one) => typeof one === 'string');
}
