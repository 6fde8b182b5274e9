import { isBlocked } from '../../../access/blocked/blockers.ts';
import type { CompiledPolicy } from '../../../access/policy.ts';
import {
  and,
  type IncludeDirective,
  or,
  type SearchExpression,
} from '../../../search/expression.ts';
import { isLinked } from '../../../search/parse/link-parameter.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { JsonResource } from '../../content.ts';
import type { IncludeBranch } from '../../search-sql/include.ts';

/** A resource from which includes are followed. */
export interface Frontier {
  readonly type: string;
  readonly id: string;
  readonly content: string;
}

/**
 * What one round of includes looks for: for each type a condition, narrowed by what the caller may search of it. Types of
 * which nothing may be searched are left out, and so are references that a rule of their type hides from the caller.
 * @param known `Type/id` of what is there already
 */
export function includeBranches(
  store: ClinicalStore,
  policy: Pick<CompiledPolicy, 'rules' | 'where'>,
  directives: readonly IncludeDirective[],
  frontier: readonly Frontier[],
  known: ReadonlySet<string>,
): readonly IncludeBranch[] {
  const byType = new Map<string, SearchExpression[]>();
  const add = (type: string, where: SearchExpression): void => {
    byType.set(type, [...(byType.get(type) ?? []), where]);
  };
  for (const [type, ids] of referredIds(store, policy, directives, frontier, known)) {
    add(type, { kind: 'id', ids: [...ids] });
  }
  for (const directive of directives) {
    if (directive.direction === 'revinclude') {
      const referring = referringTo(store, policy, directive, frontier);
      if (referring.kind !== 'none') add(directive.source, referring);
    }
  }
  return [...byType].flatMap(([type, alternatives]) => {
    const where = and(or(...alternatives), policy.where(type, 'search'));
    return where.kind === 'none' ? [] : [{ type, where }];
  });
}

/** Ids by type to which the frontier refers as the directives ask. Nothing is parsed where none asks. */
function referredIds(
  store: ClinicalStore,
  policy: Pick<CompiledPolicy, 'rules'>,
  directives: readonly IncludeDirective[],
  frontier: readonly Frontier[],
  known: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const resource of frontier) {
    const asked = directives.filter(
      ({ direction, source }) =>
        direction === 'include' && (source === '*' || source === resource.type),
    );
    if (asked.length === 0) continue;
    const { values } = store.extractor.extract(JSON.parse(resource.content) as JsonResource);
    for (const value of values) {
      if (value.kind !== 'reference' || value.type === undefined || value.id === undefined)
        continue;
      const { param, type, id } = value;
      const wanted = asked.some(
        (directive) =>
          (directive.param === '*' || directive.param === param) &&
          (directive.target === undefined || directive.target === type),
      );
      if (!wanted || known.has(`${type}/${id}`) || !isLinked(store.definitions, type)) continue;
      if (isBlocked(store.definitions, policy, resource.type, param)) continue;
      const ids = found.get(type) ?? new Set<string>();
      found.set(type, ids.add(id));
    }
  }
  return found;
}

/** The condition that a resource refers to one of the frontier. */
function referringTo(
  { definitions }: ClinicalStore,
  policy: Pick<CompiledPolicy, 'rules'>,
  { source, param, target }: IncludeDirective,
  frontier: readonly Frontier[],
): SearchExpression {
  const parameters = [...definitions.searchParameters(source).values()].filter(
    ({ type, code }) =>
      type === 'reference' &&
      (param === '*' || code === param) &&
      !isBlocked(definitions, policy, source, code),
  );
  return or(
    ...parameters.flatMap(({ code, targets }) =>
      frontier
        .filter(
          ({ type }) =>
            (target === undefined || target === type) &&
            (targets.length === 0 || targets.includes(type)),
        )
        .map(({ type, id }) => ({ kind: 'reference', param: code, type, id }) as const),
    ),
  );
}
