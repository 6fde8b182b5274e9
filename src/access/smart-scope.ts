import { isControlParameter } from '../search/parse/control.ts';
import { decodeFormComponent, type QueryParameter, splitQuery } from '../search/parse-query.ts';

/** A scope about resources. @see https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html */
export interface SmartScope {
  readonly context: 'patient' | 'user' | 'system';
  /** A resource type or `*`. */
  readonly type: string;
  /** Some of `cruds` in that order; those of version 1 are translated. */
  readonly letters: string;
  /** What resources must satisfy, all of it; empty: the scope is about all of the type. */
  readonly search: readonly QueryParameter[];
}

const ABOUT_RESOURCES = /^(?:patient|user|system)\//;
const PATTERN =
  /^(patient|user|system)\/(\*|[A-Z][A-Za-z]{1,63})\.(read|write|\*|(?=[cruds])c?r?u?d?s?)(?:\?(.+))?$/;
const VERSION_1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** A parameter by its plain name: modifiers and chains are experimental in SMART, and `_has` and `_filter` are no names. */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** A scope that is about resources and covers none: a token with it alone opens nothing. */
export const NO_RESOURCES = 'user/none';

/** Longest scope, in characters. */
const MAX_LENGTH = 1_000;

/** True for a scope that is about resources, or means to be. */
export function isAboutResources(scope: string): boolean {
  return ABOUT_RESOURCES.test(scope);
}

/**
 * Reads a scope about resources: letters stand in their order, and a search may narrow those of version 2 by plain
 * parameters.
 * @returns undefined for anything that is none, or that this server cannot hold to
 */
export function smartScope(scope: string): SmartScope | undefined {
  if (scope.length > MAX_LENGTH) return undefined;
  const [, context, type, permission, query] = PATTERN.exec(scope) ?? [];
  if (type === undefined || permission === undefined) return undefined;
  const letters = VERSION_1[permission] ?? permission;
  const search = query === undefined ? [] : readSearch(query);
  if (search === undefined || (query !== undefined && letters !== permission)) return undefined;
  return { context: context as SmartScope['context'], type, letters, search };
}

function readSearch(query: string): readonly QueryParameter[] | undefined {
  const parameters = splitQuery(query)?.map(([name, value]): QueryParameter | undefined => {
    const text = decodeFormComponent(value);
    const plain = NAME.test(name) && !isControlParameter(name);
    return !plain || text === undefined || text === '' ? undefined : [name, text];
  });
  return parameters?.every((parameter) => parameter !== undefined) === true
    ? parameters
    : undefined;
}
