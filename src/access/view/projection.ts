import type { Meta } from '@medplum/fhirtypes';
import type { Definitions } from '../../definitions/model.ts';
import { structurePlans } from '../../definitions/structure-plan.ts';
import { memoised } from '../memoised.ts';
import type { CompiledPolicy, PolicyInteraction, PolicyRule } from '../policy.ts';
import { hasViews, narrowsView } from './has-views.ts';
import { projectResource, type ProjectionRules } from './project-resource.ts';
import { restrictionsOf } from './restrictions.ts';
import { isSubsetted, SUBSETTED } from './subsetted.ts';
import { type ViewNode, viewTree } from './view-tree.ts';

/** A resource as JSON values; numbers may be raw. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Gives of a resource what may be seen of it, without version and instant of change, which tell of changes that may not be
 * seen, and with the label SUBSETTED, whether or not there was something to leave out.
 */
export type Project = (resource: JsonObject, trace?: ProjectionRules['trace']) => JsonObject;

/** How resources of one type are shown. */
export interface Projection {
  /** Rules of which must be known whether they hold for a resource; none where all of them show the same. */
  readonly open: readonly PolicyRule[];
  /** @param holding those of the open rules that hold for the resource */
  project(holding: readonly PolicyRule[]): Project;
}

/** What a policy shows, by type and interaction. */
type Projections = (type: string, interaction: PolicyInteraction) => Projection;

const MADE = new WeakMap<CompiledPolicy, Projections>();

/**
 * How a policy shows the resources of a type.
 * @returns undefined where the policy hides nothing anywhere: everything is shown as it is stored
 */
export function projection(
  policy: CompiledPolicy,
  definitions: Definitions,
  type: string,
  interaction: PolicyInteraction,
): Projection | undefined {
  if (!hasViews(policy, definitions)) return undefined;
  let made = MADE.get(policy);
  if (made === undefined) {
    made = projectionsOf(policy, definitions);
    MADE.set(policy, made);
  }
  return made(type, interaction);
}

function projectionsOf(policy: CompiledPolicy, definitions: Definitions): Projections {
  const views = viewsOfRules(definitions);
  const inline = memoised((type, interaction): readonly ViewNode[] | undefined => {
    const rules = policy.rules(type, interaction);
    if (rules.length === 0) return undefined;
    // What stands inside another resource has no place of its own by which a rule could be judged.
    const always = rules.filter(({ where }) => where.kind === 'all');
    return always.length > 0 ? always.map((rule) => views(type, rule)) : [views(type, ...rules)];
  });
  const hidesFieldsOf = memoised((type, interaction) => {
    const rules = policy.rules(type, interaction);
    const whole = rules.some((rule) => rule.where.kind === 'all' && !narrowsView(rule));
    return !whole && rules.some(narrowsView);
  });
  return memoised((type, interaction) =>
    projectionOf(
      policy.rules(type, interaction),
      {
        plans: structurePlans(definitions),
        hidesFieldsOf: (target) => hidesFieldsOf(target, interaction),
        inline: (inner) => inline(inner, interaction),
      },
      (...rules) => views(type, ...rules),
    ),
  );
}

/** Makes the view of a type from all that some rules restrict; the very same for rules that restrict the same. */
function viewsOfRules(definitions: Definitions) {
  const made = new Map<string, ViewNode>();
  return (type: string, ...rules: readonly PolicyRule[]): ViewNode => {
    const restrictions = rules.flatMap(({ view }) =>
      view === undefined ? [] : restrictionsOf(definitions, type, view),
    );
    const key = JSON.stringify(restrictions);
    const known = made.get(key) ?? viewTree(restrictions);
    made.set(key, known);
    return known;
  };
}

function projectionOf(
  all: readonly PolicyRule[],
  rules: ProjectionRules,
  viewOf: (...rules: readonly PolicyRule[]) => ViewNode,
): Projection {
  const views = new Map(all.map((rule) => [rule, viewOf(rule)]));
  // Nobody asks with no rule that holds; should it happen, all of them hide what they hide.
  const strictest = viewOf(...all);
  const project = (holding: readonly PolicyRule[]): Project => {
    const shown = new Set(holding.map((rule) => views.get(rule) ?? viewOf(rule)));
    const trees = shown.size === 0 ? [strictest] : [...shown];
    return (resource, trace) => {
      const traced = trace === undefined ? rules : { ...rules, trace };
      return labelled(projectResource(traced, unstamped(resource), trees));
    };
  };
  const alike = new Set(views.values()).size <= 1;
  const whole = project(all.slice(0, 1));
  return alike ? { open: [], project: () => whole } : { open: all, project };
}

/** Without what the server stamps on each version. */
function unstamped(resource: JsonObject): JsonObject {
  const { versionId: _version, lastUpdated: _updated, ...meta } = (resource['meta'] ?? {}) as Meta;
  return { ...resource, meta };
}

function labelled(resource: JsonObject | undefined): JsonObject {
  const { resourceType, id, meta, ...rest } = resource ?? {};
  const { tag = [], ...other } = (meta ?? {}) as Meta;
  return {
    resourceType,
    ...(id === undefined ? {} : { id }),
    meta: { ...other, tag: [...tag.filter((coding) => !isSubsetted(coding)), SUBSETTED] },
    ...rest,
  };
}
