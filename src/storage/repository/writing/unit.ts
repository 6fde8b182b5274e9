import { denied } from '../../../access/denied.ts';
import type { PolicyInteraction, PolicyRule } from '../../../access/policy.ts';
import type { AuditRow } from '../../../audit/audit-row.ts';
import type { Access, AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { JsonResource } from '../../content.ts';
import type { SqlClient } from '../../database.ts';
import { instant } from '../../instant.ts';
import type { WriteEvent } from '../../write-hooks.ts';
import type { Expectation, PreparedVersion } from '../../write-statement.ts';
import { Refusal } from './refusal.ts';
import type { StoredVersion } from '../judging/stored.ts';

/** A resource to write, and the tree with exact decimals where the plain one has lost digits. */
export interface ResourceInput {
  readonly resource: JsonResource;
  readonly exact: JsonResource;
}

/** Result of a write. */
export interface WriteResult extends StoredVersion {
  readonly created: boolean;
  /** False where the resource was as asked for already, as far as the caller sees it. */
  readonly changed: boolean;
}

/**
 * Writes that are committed together. Nothing is stored before {@link commitUnit}; a failed one is thrown away whole.
 */
export interface Unit {
  readonly store: ClinicalStore;
  readonly context: AccessContext;
  /** What reads of the unit go through: the transaction, where there is one. */
  readonly client: SqlClient;
  /** Which try it is, from 1: a unit that met somebody faster is run again. */
  readonly attempt: number;
  /** Instant of all its writes. */
  readonly now: string;
  readonly creates: PreparedVersion[];
  readonly updates: PreparedVersion[];
  readonly audit: AuditRow[];
  readonly events: UnitEvent[];
  /** What was stored before the rest of the unit: of that, the events that somebody remembers things by. */
  readonly flushed: WriteEvent[];
  /** What the next statement of the unit expects to be there. */
  expectation?: Expectation | undefined;
}

/** A write of a unit. */
export interface UnitEvent extends WriteEvent {
  /** The version before, where there is one. */
  readonly previous?: JsonResource;
  /** What the caller sees of it, where they see a part: an answer may depend on nothing else. */
  readonly visible?: VisibleChange;
}

/** What a caller who sees a part of a resource changes of it. */
export interface VisibleChange {
  readonly before: JsonResource;
  readonly after: JsonResource;
  /** True where the two differ, to the last digit. */
  readonly changed: boolean;
}

/** Starts an empty unit. */
export function openUnit(
  store: ClinicalStore,
  context: AccessContext,
  attempt = 1,
  client: SqlClient = store.database,
): Unit {
  return {
    store,
    context,
    client,
    attempt,
    now: instant(store.clock),
    creates: [],
    updates: [],
    audit: [],
    events: [],
    flushed: [],
  };
}

/** Rules of the type for the interaction. @throws Refusal with `ACCESS_DENIED` */
export function unitRules(
  unit: Unit,
  type: string,
  interaction: PolicyInteraction,
  access: Access,
): readonly PolicyRule[] {
  const rules = unit.context.principal.policy.rules(type, interaction);
  if (rules.length === 0)
    throw new Refusal({ type, ...access }, denied(unit.context.principal, interaction, type));
  return rules;
}

/** Runs `work` on a unit's client: reads of the unit go through it. */
export type UnitWork<T> = (unit: Unit, client: SqlClient) => Promise<T>;
