import type { Definitions } from '../definitions/model.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { SearchExpression } from '../search/expression.ts';
import { parseQuery } from '../search/parse-query.ts';
import { parseSearch } from '../search/parse.ts';
import { invalidSubscription } from './invalid.ts';

/** Longest criteria in characters. */
const MAX_LENGTH = 4_096;

/** Types of which nobody is told: the ledger is no resource, and the content of a Binary has rules of its own. */
const UNTOLD: ReadonlySet<string> = new Set(['AuditEvent', 'Binary', 'Subscription']);

/**
 * Reads criteria that can be judged from one resource alone.
 * @throws FhirError `SUBSCRIPTION_INVALID`
 * @see https://hl7.org/fhir/R4/subscription-definitions.html#Subscription.criteria
 */
export function readCriteria(
  definitions: Definitions,
  criteria: unknown,
  baseUrls: readonly string[],
): { readonly type: string; readonly where: SearchExpression } {
  const invalid = (reason: string) => invalidSubscription(reason, '.criteria');
  if (typeof criteria !== 'string' || criteria === '' || criteria.length > MAX_LENGTH)
    throw invalid(`criteria is a search of at most ${String(MAX_LENGTH)} characters`);
  const mark = criteria.indexOf('?');
  const type = mark < 0 ? criteria : criteria.slice(0, mark);
  if (!definitions.isResourceType(type)) throw invalid('criteria begins with no resource type');
  if (UNTOLD.has(type)) throw invalid(`nobody is told of ${type}`);
  const query = mark < 0 ? '' : criteria.slice(mark + 1);
  const parameters = parseQuery(query);
  const control = parameters.find(([name]) => CONTROLS.test(name));
  if (control !== undefined) throw invalid(`${control[0].slice(0, 64)} narrows no event`);
  try {
    const { where } = parseSearch(definitions, type, parameters, {
      defaultCount: 1,
      maxCount: 1,
      baseUrls,
    });
    const beyond = beyondOneResource(where);
    if (beyond !== undefined) throw invalid(`${beyond} needs more than the resource itself`);
    return { type, where };
  } catch (error) {
    if (!isFhirError(error) || error.code === 'SUBSCRIPTION_INVALID') throw error;
    throw invalid(error.outcome.issue[0]?.details?.text ?? error.code);
  }
}

/** Parameters that say what a page looks like. */
const CONTROLS =
  /^_(?:sort|count|offset|cursor|total|summary|elements|include|revinclude|contained)/;

/** What in an expression cannot be judged in memory from the index values of one resource. */
function beyondOneResource(where: SearchExpression): string | undefined {
  switch (where.kind) {
    case 'and':
    case 'or':
      return where.operands.map(beyondOneResource).find((found) => found !== undefined);
    case 'not':
      return beyondOneResource(where.operand);
    case 'chain':
      return 'a chain';
    case 'has':
      return '_has';
    case 'text':
      return where.scope;
    default:
      return undefined;
  }
}
