import { NOW } from '../relations/request-time.ts';
import { substitute, type PolicyParameters } from '../variables.ts';

const PROJECT = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,99}$/;

/** One variable; what follows it begins with a blank, or with a dot after `.id`, as anything else would belong to its name. */
const TEMPLATE =
  /^[A-Za-z0-9._ -]{0,99}%([A-Za-z][A-Za-z0-9_-]*)(?:(?:\.id)? [A-Za-z0-9._ -]{0,98}|\.id(?:\.[A-Za-z0-9._ -]{0,98})?)?$/;

/** The name of a project, or what stands in the way. */
export type ProjectName =
  | { readonly project: string }
  | { readonly unresolved: string }
  | { readonly malformed: string };

/**
 * True if the text can name a project: letters, digits, blanks, `.`, `_` and `-`, and among them at most one variable. With
 * two, `a` and `bc` would name the project of `ab` and `c`.
 */
export function isProjectName(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const variable = TEMPLATE.exec(value)?.[1];
  return variable === undefined ? PROJECT.test(value) : variable !== NOW;
}

/** The name of the project for the holder of a policy: with the value of its variable in it. */
export function projectName(name: string, variables: PolicyParameters): ProjectName {
  const put = substitute(name, variables);
  if (!('value' in put)) return put;
  if (PROJECT.test(put.value)) return { project: put.value };
  return { malformed: `${name} does not give the name of a project` };
}
