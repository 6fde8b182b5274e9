/** Replaces every occurrence of a secret by its name; longest first, so that one inside another leaves no rest. */
export function redactor(secrets: Readonly<Record<string, string>>): (text: string) => string {
  const entries = Object.entries(secrets)
    .filter(([, value]) => value !== '')
    .sort(([, a], [, b]) => b.length - a.length);
  return (text) =>
    entries.reduce((current, [name, value]) => current.replaceAll(value, `[secret ${name}]`), text);
}
