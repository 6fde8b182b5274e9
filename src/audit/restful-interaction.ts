/** How BALP codes an interaction. @see https://profiles.ihe.net/ITI/BALP/content.html */
export interface InteractionCoding {
  /** AuditEvent.action. */
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
  /** Which BALP pattern applies: `IHE.BasicAudit.<pattern>`. */
  readonly pattern?: 'Create' | 'Read' | 'Update' | 'Delete' | 'Query';
  /** DCM codes of the agents on both sides, mirrored between reading and writing. */
  readonly client: string;
  readonly server: string;
}

const SOURCE = '110153';
const DESTINATION = '110152';
const APPLICATION = '110150';

const CODINGS: Readonly<Record<string, InteractionCoding>> = {
  create: { action: 'C', pattern: 'Create', client: SOURCE, server: DESTINATION },
  read: { action: 'R', pattern: 'Read', client: DESTINATION, server: SOURCE },
  vread: { action: 'R', pattern: 'Read', client: DESTINATION, server: SOURCE },
  update: { action: 'U', pattern: 'Update', client: SOURCE, server: DESTINATION },
  patch: { action: 'U', pattern: 'Update', client: SOURCE, server: DESTINATION },
  delete: { action: 'D', pattern: 'Delete', client: APPLICATION, server: SOURCE },
  'search-type': { action: 'E', pattern: 'Query', client: SOURCE, server: DESTINATION },
  'search-system': { action: 'E', pattern: 'Query', client: SOURCE, server: DESTINATION },
  'operation:graphql': { action: 'E', pattern: 'Query', client: SOURCE, server: DESTINATION },
  'history-instance': { action: 'E', client: SOURCE, server: DESTINATION },
  'history-type': { action: 'E', client: SOURCE, server: DESTINATION },
  'history-system': { action: 'E', client: SOURCE, server: DESTINATION },
};

/** Codes of http://hl7.org/fhir/restful-interaction that are no interaction of the table. */
const FURTHER: ReadonlySet<string> = new Set(['batch', 'transaction', 'capabilities']);

/**
 * The codes of http://hl7.org/fhir/restful-interaction that an interaction has; none where it was not known what was asked
 * for. A GraphQL document is a search of the whole system by an operation.
 */
export function restfulCodes(interaction: string): readonly string[] {
  if (interaction === 'operation:graphql') return ['search-system', 'operation'];
  if (interaction === 'operation' || interaction.startsWith('operation:')) return ['operation'];
  return interaction in CODINGS || FURTHER.has(interaction) ? [interaction] : [];
}

const OTHER: InteractionCoding = { action: 'E', client: SOURCE, server: DESTINATION };

/** Coding of an interaction; operations, batches and security events are executions. */
export function interactionCoding(interaction: string): InteractionCoding {
  return CODINGS[interaction] ?? OTHER;
}

/** Interactions of an action, for searches by action. */
export function interactionsOfAction(action: string): {
  readonly only?: readonly string[];
  readonly not?: readonly string[];
} {
  const known = Object.entries(CODINGS);
  const only = known.filter(([, coding]) => coding.action === action).map(([name]) => name);
  if (action !== 'E') return { only };
  return { not: known.filter(([, coding]) => coding.action !== 'E').map(([name]) => name) };
}
