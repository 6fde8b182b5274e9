/**
 * Variables that FHIR gives to every expression: code systems by short names, and the canonicals of value sets and
 * extensions by theirs.
 * @see https://hl7.org/fhir/R4/fhirpath.html#variables
 */
export function environmentOf(expression: string): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {
    sct: 'http://snomed.info/sct',
    loinc: 'http://loinc.org',
    ucum: 'http://unitsofmeasure.org',
  };
  for (const [, name = '', kind, id = ''] of expression.matchAll(
    /%[`'"]((vs|ext)-([\w-]{1,100}))[`'"]/g,
  )) {
    const folder = kind === 'vs' ? 'ValueSet' : 'StructureDefinition';
    variables[name] = `http://hl7.org/fhir/${folder}/${id}`;
  }
  return variables;
}
