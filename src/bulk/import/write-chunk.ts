import { setImmediate } from 'node:timers/promises';
import { isFhirError, type FhirError } from '../../outcome/fhir-error.ts';
import { type AccessContext, auditRows } from '../../storage/access-context.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import type { SqlClient } from '../../storage/database.ts';
import { runUnit } from '../../storage/repository/writing/commit.ts';
import { currentVersions } from '../../storage/repository/writing/current-versions.ts';
import { checkTargetTypes } from '../../storage/repository/references/reference-types.ts';
import { Refusal } from '../../storage/repository/writing/refusal.ts';
import { addCreate } from '../../storage/repository/writing/add-to-unit.ts';
import type { ResourceInput, Unit } from '../../storage/repository/writing/unit.ts';
import { unresolvedUnits } from '../../storage/repository/references/unresolved-units.ts';
import type { JudgedRow } from '../../storage/repository/judging/visible.ts';
import { putOver } from '../../storage/repository/writing/write.ts';
import type { ImportLine } from './read-line.ts';

/** What became of a line; one that waits refers to what is not there yet. */
export type LineResult = { readonly line: ImportLine } & (
  | { readonly kind: 'created' | 'updated' | 'unchanged' }
  | { readonly kind: 'failed' | 'waiting'; readonly error: FhirError }
);

/** Lines after which others get their turn. */
const BREATH = 50;

/**
 * Writes the lines of a chunk under the policy of who imports: what can be written is written in one transaction, together
 * with its rows on the ledger and with what `settle` does. A line that fails changes nothing.
 * @param patient true where a line may wait for what it refers to
 * @param settle keeps the position and what failed
 * @throws FhirError `FHIR_CONTENTION`; what `settle` throws
 */
export function writeChunk(
  store: ClinicalStore,
  context: AccessContext,
  lines: readonly ImportLine[],
  patient: boolean,
  settle: (tx: SqlClient, results: readonly LineResult[]) => Promise<void>,
): Promise<readonly LineResult[]> {
  return runUnit(
    store,
    context,
    { interaction: 'operation:import' },
    (unit, client) => addLines(unit, client, lines, patient),
    async (tx, results) => {
      await settle(tx, results);
      return results;
    },
  );
}

/** Adds the lines to the unit; each has a unit of its own first, which is taken over or thrown away whole. */
async function addLines(
  unit: Unit,
  client: SqlClient,
  lines: readonly ImportLine[],
  patient: boolean,
): Promise<readonly LineResult[]> {
  const known = await currentVersions(unit, client, lines.flatMap(nameOf));
  const results = new Map<ImportLine, LineResult>();
  const own = new Map<Unit, ImportLine>();
  const fail = (line: ImportLine, error: unknown, kind: 'failed' | 'waiting'): void => {
    const { fault, access } = refusalOf(error);
    results.set(line, { line, kind, error: fault });
    // What only waits is recorded when it is clear what becomes of it.
    if (kind === 'failed') unit.audit.push(...auditRows(unit.context, access, unit.now));
  };
  for (const [index, line] of lines.entries()) {
    if (index % BREATH === BREATH - 1) await setImmediate();
    const { content } = line;
    if (isFhirError(content)) {
      fail(line, content, 'failed');
      continue;
    }
    const alone = emptyLike(unit);
    try {
      const kind = await write(alone, content, known);
      if (unit.store.referentialIntegrity === true) checkTargetTypes(alone);
      results.set(line, { line, kind });
      own.set(alone, line);
    } catch (error) {
      fail(line, error, 'failed');
    }
  }
  const unresolved = await unresolvedUnits([...own.keys()], client);
  for (const [alone, line] of own) {
    const refusal = unresolved.get(alone);
    if (refusal !== undefined) {
      fail(line, refusal, patient ? 'waiting' : 'failed');
      continue;
    }
    unit.creates.push(...alone.creates);
    unit.updates.push(...alone.updates);
    unit.audit.push(...alone.audit);
    unit.events.push(...alone.events);
  }
  return lines.map((line) => results.get(line) as LineResult);
}

async function write(
  unit: Unit,
  content: ResourceInput,
  known: ReadonlyMap<string, JudgedRow>,
): Promise<'created' | 'updated' | 'unchanged'> {
  const { resourceType, id } = content.resource;
  if (id === undefined) {
    await addCreate(unit, content);
    return 'created';
  }
  const result = await putOver(unit, id, content, {}, known.get(`${resourceType}/${id}`));
  if (!result.changed) return 'unchanged';
  return result.created ? 'created' : 'updated';
}

function nameOf({
  content,
}: ImportLine): readonly { readonly type: string; readonly id: string }[] {
  if (isFhirError(content)) return [];
  const { resourceType: type, id } = content.resource;
  return id === undefined ? [] : [{ type, id }];
}

function emptyLike({ store, context, client, attempt, now }: Unit): Unit {
  return {
    store,
    context,
    client,
    attempt,
    now,
    creates: [],
    updates: [],
    audit: [],
    events: [],
    flushed: [],
  };
}

/**
 * The error of a line and how it stands on the ledger.
 * @throws what is not the fault of the line
 */
function refusalOf(error: unknown) {
  const fault = error instanceof Refusal ? error.error : error;
  if (!isFhirError(fault) || fault.status >= 500) throw error;
  const access = error instanceof Refusal ? error.access : { interaction: 'operation:import' };
  const outcome = fault.status === 403 ? (8 as const) : (4 as const);
  return { fault, access: { outcome, detail: fault.code, ...access } };
}
