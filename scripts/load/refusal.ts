import type { OperationOutcome } from '@medplum/fhirtypes';
import type { Place } from './item.ts';

/** Something that the server did not take, or that could not be read. */
export interface Refusal extends Place {
  /** Why, in a form that is the same for all of a kind. */
  readonly reason: string;
  readonly outcome?: OperationOutcome;
}

/** The reason that an answer gives. Elements stay in it, indexes do not: ten wrong entries have one reason. */
export function refusalOf(place: Place, status: string, body: unknown): Refusal {
  const outcome = isOutcome(body) ? body : undefined;
  const issue = outcome?.issue.find(({ severity }) => severity === 'error' || severity === 'fatal');
  const where =
    issue?.expression?.[0] === undefined
      ? ''
      : ` at ${issue.expression[0].replace(/\[\d+\]/g, '[]')}`;
  const text = issue?.diagnostics ?? issue?.details?.text ?? '';
  const { file, position } = place;
  return {
    file,
    ...(position === undefined ? {} : { position }),
    reason: `${status}: ${text === '' ? (issue?.code ?? 'no reason given') : text}${where}`,
    ...(outcome === undefined ? {} : { outcome }),
  };
}

/** Refusals by reason, the most frequent first. */
export function byReason(
  refusals: readonly Refusal[],
): readonly (readonly [string, readonly Refusal[]])[] {
  const groups = Map.groupBy(refusals, ({ reason }) => reason);
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
}

function isOutcome(body: unknown): body is OperationOutcome {
  if (typeof body !== 'object' || body === null) return false;
  const { resourceType, issue } = body as { resourceType?: unknown; issue?: unknown };
  return resourceType === 'OperationOutcome' && Array.isArray(issue);
}
