/**
 * Resources that describe rules and vocabulary. Every project sees them under their own ids: they are about no person, and
 * canonical URLs name them anyway.
 */
const PUBLISHED: ReadonlySet<string> = new Set([
  'ActivityDefinition',
  'CapabilityStatement',
  'ChargeItemDefinition',
  'CodeSystem',
  'CompartmentDefinition',
  'ConceptMap',
  'EventDefinition',
  'ExampleScenario',
  'GraphDefinition',
  'ImplementationGuide',
  'Library',
  'Measure',
  'MessageDefinition',
  'NamingSystem',
  'OperationDefinition',
  'PlanDefinition',
  'Questionnaire',
  'SearchParameter',
  'StructureDefinition',
  'StructureMap',
  'TerminologyCapabilities',
  'TestScript',
  'ValueSet',
]);

/** True for the types of which a project sees pseudonyms in place of ids. */
export function bearsPseudonyms(type: string): boolean {
  return !PUBLISHED.has(type);
}
