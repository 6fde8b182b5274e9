/** Deeply equal, as fixed values ask for. @see https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_ */
export function isFixed(value: unknown, fixed: unknown): boolean {
  if (!isComposite(value) || !isComposite(fixed)) return value === fixed;
  const keys = Object.keys(fixed);
  return (
    Array.isArray(value) === Array.isArray(fixed) &&
    keys.length === Object.keys(value).length &&
    keys.every((key) => isFixed(value[key], fixed[key]))
  );
}

/**
 * Has everything that the pattern has, and maybe more; of a list, each item of the pattern has to be met by one.
 * @see https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_
 */
export function fitsPattern(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    return (
      Array.isArray(value) &&
      pattern.every((wanted) => value.some((item) => fitsPattern(item, wanted)))
    );
  }
  // A pattern on a repeating element is about each of its items, and in a pattern some are written without the list.
  if (Array.isArray(value)) return value.some((item) => fitsPattern(item, pattern));
  if (!isComposite(value) || !isComposite(pattern)) return value === pattern;
  return Object.keys(pattern).every((key) => fitsPattern(value[key], pattern[key]));
}

function isComposite(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
