import type { Bot } from '../bots/discover.ts';
import type { Definitions } from '../definitions/model.ts';
import type { SearchExpression } from '../search/expression.ts';
import { matches } from '../search/match.ts';
import { parseQuery } from '../search/parse-query.ts';
import { parseSearch } from '../search/parse.ts';
import type { OutboxRow, WriteEvent } from '../storage/write-hooks.ts';

/** Writes that start a bot. */
export interface Trigger {
  readonly bot: string;
  readonly type: string;
  readonly where: SearchExpression;
  readonly interactions: ReadonlySet<WriteEvent['interaction']>;
}

const ALL_INTERACTIONS = ['create', 'update', 'delete'] as const;

/**
 * Reads the subscriptions of the bots' manifests.
 * @throws FhirError `FHIR_UNKNOWN_RESOURCE_TYPE`, `SEARCH_*`
 */
export function readTriggers(
  definitions: Definitions,
  bots: ReadonlyMap<string, Bot>,
): readonly Trigger[] {
  return [...bots].flatMap(([bot, { manifest }]) =>
    manifest.triggers.flatMap((trigger): Trigger[] => {
      if (!('subscription' in trigger)) return [];
      const [type = '', query = ''] = trigger.subscription.split('?', 2);
      const { where } = parseSearch(definitions, type, parseQuery(query), {
        defaultCount: 1,
        maxCount: 1,
      });
      return [
        { bot, type, where, interactions: new Set(trigger.interactions ?? ALL_INTERACTIONS) },
      ];
    }),
  );
}

/**
 * The runs that writes start. The input is the resource as Medplum's bots get it; a deleted one as `deletedResource`.
 * @see https://www.medplum.com/docs/bots/bot-basics
 */
export function triggeredRuns(
  triggers: readonly Trigger[],
  events: readonly WriteEvent[],
): readonly OutboxRow[] {
  return events.flatMap((event) =>
    triggers
      .filter(
        ({ type, where, interactions }) =>
          type === event.type &&
          interactions.has(event.interaction) &&
          matches(where, event.values),
      )
      .map(({ bot }) => ({ kind: 'bot' as const, bot, input: inputOf(event) })),
  );
}

function inputOf({ interaction, resource, id, version }: WriteEvent): unknown {
  if (interaction === 'delete') return { deletedResource: resource };
  return { ...resource, id, meta: { ...resource.meta, versionId: String(version) } };
}
