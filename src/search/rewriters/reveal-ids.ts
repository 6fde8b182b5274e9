import type { Definitions } from '../../definitions/model.ts';
import { linkedType } from '../linked.ts';
import { or, type SearchExpression } from '../expression.ts';
import { rewriteOperands } from './rewrite-operands.ts';

/** The id that a caller means, where callers know resources under other names. */
export type RevealId = (type: string, id: string) => string;

const VERSIONED = /^([A-Z][A-Za-z]*)\/([A-Za-z0-9\-.]{1,64})(\/_history\/.+)$/;

/** A resource of this server, in the place of a URI (`_source`) or a value. */
const NAMED = /^([A-Z][A-Za-z]*)\/([A-Za-z0-9\-.]{1,64})((?:[/?#].*)?)$/s;

/**
 * Puts the ids in place of the pseudonyms that a caller has written: in `_id`, references, compartments, wherever a URI or a
 * code names a resource as it is shown to them, and behind chains.
 * A reference without a type is one to any of the types the parameter can lead to, each of which has its own pseudonyms.
 */
export function revealIds(
  definitions: Definitions,
  type: string,
  expression: SearchExpression,
  reveal: RevealId,
): SearchExpression {
  const inner = (operand: SearchExpression): SearchExpression =>
    revealIds(definitions, type, operand, reveal);
  switch (expression.kind) {
    case 'id':
      return { ...expression, ids: expression.ids.map((id) => reveal(type, id)) };
    case 'compartment':
      return { ...expression, patient: reveal('Patient', expression.patient) };
    case 'reference': {
      const { type: target, id, url } = expression;
      if (url !== undefined) return { ...expression, url: revealedUrl(definitions, url, reveal) };
      if (id === undefined) return expression;
      if (target !== undefined) return { ...expression, id: reveal(target, id) };
      const targets = definitions.searchParameters(type).get(expression.param)?.targets ?? [];
      return or(
        ...(targets.length === 0 ? definitions.resourceTypes : targets).map(
          (one): SearchExpression => ({ ...expression, type: one, id: reveal(one, id) }),
        ),
      );
    }
    case 'uri':
      return { ...expression, value: revealedUrl(definitions, expression.value, reveal, NAMED) };
    case 'token': {
      const { code } = expression;
      if (code === undefined) return expression;
      return { ...expression, code: revealedUrl(definitions, code, reveal, NAMED) };
    }
    case 'composite':
      return { ...expression, components: expression.components.map(inner) };
    case 'chain':
    case 'has':
      return {
        ...expression,
        where: revealIds(definitions, linkedType(expression), expression.where, reveal),
      };
    default:
      return rewriteOperands(expression, inner);
  }
}

/** References to one version are searched by what stands in them. */
function revealedUrl(
  definitions: Definitions,
  url: string,
  reveal: RevealId,
  form = VERSIONED,
): string {
  const [, type = '', id = '', rest = ''] = form.exec(url) ?? [];
  return definitions.isResourceType(type) ? `${type}/${reveal(type, id)}${rest}` : url;
}
