/**
 * The invariants of R4 call `as(Type)` on collections, where later FHIRPath wants a single item; what they mean is
 * `ofType(Type)`.
 * @see https://hl7.org/fhir/R4/fhirpath.html
 */
export function withoutLegacyAs(expression: string): string {
  return expression.replace(/(?<![\w'])as\((\s*[\w.]{1,60}\s*)\)/g, 'ofType($1)');
}
