/** A scope about resources. @see https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html */
export interface SmartScope {
  readonly context: string;
  /** A resource type or `*`. */
  readonly type: string;
  /** Some of `cruds`; those of version 1 are translated. */
  readonly letters: string;
}

const VERSION_1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** Letters stand in their order; searches after `?` are not supported. */
const PATTERN =
  /^(patient|user|system)\/(\*|[A-Z][A-Za-z]{1,63})\.(read|write|\*|(?=[cruds])c?r?u?d?s?)$/;

/** True for a scope that is about resources, or means to be. */
export function isAboutResources(scope: string): boolean {
  return /^(?:patient|user|system)\//.test(scope);
}

/** Reads a scope about resources; undefined for anything that is none, or that this server cannot hold to. */
export function smartScope(scope: string): SmartScope | undefined {
  const [, context, type, permission] = PATTERN.exec(scope) ?? [];
  if (context === undefined || type === undefined || permission === undefined) return undefined;
  return { context, type, letters: VERSION_1[permission] ?? permission };
}

/** True if one of the allowed scopes covers all that the wanted one asks for. */
export function isCovered(wanted: string, allowed: readonly string[]): boolean {
  const asked = smartScope(wanted);
  if (asked === undefined) return false;
  return allowed.map(smartScope).some((scope) => {
    if (scope?.context !== asked.context) return false;
    if (scope.type !== '*' && scope.type !== asked.type) return false;
    return [...asked.letters].every((letter) => scope.letters.includes(letter));
  });
}
