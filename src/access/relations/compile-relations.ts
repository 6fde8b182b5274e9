import type { Clock } from '../../clock.ts';
import type { Definitions } from '../../definitions/model.ts';
import { and, or, type SearchExpression } from '../../search/expression.ts';
import { criteriaExpression, readCriteria } from '../criteria.ts';
import { policyInvalid } from '../policy-invalid.ts';
import type { PolicyParameters } from '../variables.ts';
import type { PolicyRelation } from './read-relation.ts';
import { movingRange } from './request-time.ts';

/** The patients of a relation: a condition on Patient, or the variable without a value, so that there are none. */
export type CompiledRelation =
  | { readonly where: SearchExpression }
  | { readonly unresolved: string };

/** The relations of one policy by name. */
export type Relations = ReadonlyMap<string, CompiledRelation>;

/**
 * Compiles the relations of one policy. All criteria of a relation must hold for one and the same resource, which leads to
 * the patient; several relations with one name are alternatives. The resources are looked at whatever the policy lets the
 * identity see of them: who may see a patient because of a care team need not see the care team.
 * @throws FhirError `POLICY_INVALID`
 */
export function compileRelations(
  definitions: Definitions,
  policy: string,
  relations: readonly PolicyRelation[],
  variables: PolicyParameters,
  clock: Clock,
): Relations {
  const compiled = new Map<string, CompiledRelation>();
  for (const [name, alternatives] of Map.groupBy(relations, (relation) => relation.name)) {
    if (variables[name] !== undefined) {
      throw policyInvalid(
        policy,
        `a parameter of the membership has the name of the relation ${name}`,
      );
    }
    const links = new Links();
    let unresolved: string | undefined;
    for (const relation of alternatives) {
      const refuse = (reason: string): never => {
        throw policyInvalid(policy, `relation ${name}: ${reason}`, {
          expression: ['AccessPolicy.extension'],
        });
      };
      const read = compileOne(definitions, relation, variables, clock, refuse);
      if ('unresolved' in read) unresolved ??= read.unresolved;
      else links.add(read);
    }
    compiled.set(
      name,
      links.empty && unresolved !== undefined ? { unresolved } : { where: links.where() },
    );
  }
  return compiled;
}

/** One alternative: conditions on the resource that makes the relation. */
interface Alternative {
  readonly source: string;
  readonly param: string | undefined;
  readonly where: SearchExpression;
}

function compileOne(
  definitions: Definitions,
  { criteria, patient, during }: PolicyRelation,
  variables: PolicyParameters,
  clock: Clock,
  refuse: (reason: string) => never,
): Alternative | { readonly unresolved: string } {
  const source = criteria.split('?', 1)[0] ?? '';
  if (!definitions.isResourceType(source) || source === 'AuditEvent') {
    return refuse('criteria does not begin with a resource type');
  }
  if (patient === undefined && source !== 'Patient') return refuse('patient is missing');
  const parameters = definitions.searchParameters(source);
  if (patient !== undefined) {
    const definition = parameters.get(patient);
    const leads =
      definition?.type === 'reference' &&
      (definition.targets.length === 0 || definition.targets.includes('Patient'));
    if (!leads) return refuse(`${patient} of ${source} does not lead to patients`);
  }
  const read = readCriteria(criteria, source, variables);
  if ('malformed' in read) return refuse(read.malformed);
  if ('unresolved' in read) return read;
  const where = criteriaExpression(definitions, source, read.parameters, { clock, links: true });
  if ('malformed' in where) return refuse(where.malformed);
  if ('unknown' in where) return refuse(where.unknown);
  const running = during.map((param) => {
    if (parameters.get(param)?.type !== 'date') return refuse(`${param} of ${source} is no date`);
    return isRunning(param, clock);
  });
  return { source, param: patient, where: and(where, ...running) };
}

/** A period that holds this moment, or none at all. */
function isRunning(param: string, clock: Clock): SearchExpression {
  const now = movingRange({ kind: 'date', param, comparator: 'ap' }, { low: 0, high: 1 }, clock);
  return or({ kind: 'missing', param, missing: true }, now);
}

/** Alternatives by the way they lead to the patient, so that the database goes each way once. */
class Links {
  readonly #own: SearchExpression[] = [];
  readonly #ways = new Map<string, Alternative[]>();

  get empty(): boolean {
    return this.#own.length === 0 && this.#ways.size === 0;
  }

  add(alternative: Alternative): void {
    const { source, param, where } = alternative;
    if (param === undefined) {
      this.#own.push(where);
      return;
    }
    const way = `${source}:${param}`;
    this.#ways.set(way, [...(this.#ways.get(way) ?? []), alternative]);
  }

  where(): SearchExpression {
    const links = [...this.#ways.values()].flatMap((alternatives): SearchExpression[] => {
      const [first] = alternatives;
      if (first?.param === undefined) return [];
      const { source, param } = first;
      return [{ kind: 'has', source, param, where: or(...alternatives.map(({ where }) => where)) }];
    });
    return or(...this.#own, ...links);
  }
}
