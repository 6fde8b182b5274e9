/**
 * Extension of AccessPolicy: its holder knows all resources under the pseudonyms of a project, whose name valueString is.
 * Who has several policies has the extension of one project in all of them, or in none.
 */
export const POLICY_PSEUDONYM_EXTENSION =
  'https://diga-server.dev/fhir/StructureDefinition/access-policy-pseudonym';

const PROJECT = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,99}$/;

/** True if the text can name a project: letters, digits, blanks, `.`, `_` and `-`. */
export function isProjectName(value: unknown): value is string {
  return typeof value === 'string' && PROJECT.test(value);
}
