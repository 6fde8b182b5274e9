/**
 * Extension of AccessPolicy: its holder knows all resources under the pseudonyms of a project, whose name valueString is. The
 * name may hold one variable, as entries may (`%study.id`), so that one policy serves many projects whose pseudonyms have
 * nothing in common. Who has several policies has the extension with one project in all of them, or in none.
 */
export const POLICY_PSEUDONYM_EXTENSION =
  'https://diga-server.dev/fhir/StructureDefinition/access-policy-pseudonym';
