import { refuseBlocked } from '../../../access/blocked/refuse-any.ts';
import { denied } from '../../../access/denied.ts';
import type { PolicyRule } from '../../../access/policy.ts';
import { fhirError } from '../../../outcome/codes.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import { refuse, rulesOrRefuse } from '../judging/deny.ts';
import { recordByRules } from '../reading/record-shown.ts';
import { recordingBlocked } from '../judging/guarded.ts';
import {
  type HistoryPlan,
  type HistoryPosition,
  type HistoryScope,
  planHistory,
} from './history-plan.ts';
import { type HistoryPeriod, type HistoryRow, historyStatement } from './history-source.ts';
import { historyViews } from './history-views.ts';
import { isNarrowed, type Shown as View } from '../shown/show.ts';
import type { ShownText } from '../shown/shown-text.ts';
import { ruleForVersion } from '../judging/visible.ts';

/** A version in a history; a deletion has no content. */
export interface HistoryVersion {
  readonly type: string;
  readonly id: string;
  /** The interaction that made it; for who sees parts of resources it is not told which version was the first. */
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** As in `ShownVersion`; absent for a deletion where it would be a number that tells too much. */
  readonly versionId?: string;
  /** Milliseconds since 1970; absent where it would tell of changes that the caller may not see. */
  readonly lastUpdated?: number;
  readonly content?: ShownText;
}

/** Versions, newest first. */
export interface HistoryPage {
  readonly versions: readonly HistoryVersion[];
  /** Cursor of the next page, where there is one. */
  readonly next?: string;
}

/** What is asked of a history. */
export type HistoryRequest = HistoryPeriod & {
  /** Versions on a page, at least 1. */
  readonly count: number;
  /** `next` of the page before. */
  readonly cursor?: string;
};

/** Versions that are read at a time at least and at most: each may be large. */
const LEAST = 20;
const MOST = 100;

/** Hidden versions that one page passes over; then it ends early, and its link goes on. */
const PATIENCE = 2_000;

/** Codes of http://hl7.org/fhir/restful-interaction. */
const INTERACTIONS = {
  instance: 'history-instance',
  type: 'history-type',
  system: 'history-system',
} as const;

/**
 * The history of a resource, of a type or of everything. Each version is judged by its own content: who may see the
 * resource today does not see the versions in which it was somebody else's.
 * @throws FhirError `ACCESS_DENIED`, `ACCESS_PARAMETER_BLOCKED`, `SEARCH_INVALID_PAGE`; `FHIR_NOT_FOUND` where no version of a resource is shown
 * @see https://hl7.org/fhir/R4/http.html#history
 */
export async function readHistory(
  store: ClinicalStore,
  context: AccessContext,
  scope: HistoryScope,
  request: HistoryRequest,
): Promise<HistoryPage> {
  const query = describe(request);
  const access = {
    interaction: INTERACTIONS[scope.scope],
    ...('type' in scope ? { type: scope.type } : {}),
    ...('id' in scope ? { id: scope.id } : {}),
    ...(query === '' ? {} : { query }),
  };
  const types = await typesOf(store, context, scope, access);
  await recordingBlocked(store, context, access, () => {
    refuseInstants(store, context, types, request);
  });
  const plan =
    scope.scope === 'instance' ? scope : planHistory(store, context.principal.policy, types);
  const binding = [context.principal.reference, ...Object.values(scope), query].join('\n');
  const after =
    request.cursor === undefined
      ? undefined
      : (store.pageLink.open(request.cursor, binding) as unknown as HistoryPosition);
  const found = await collect(store, context, plan, request, after);
  if (scope.scope === 'instance' && found.shown.length === 0) {
    const one =
      query === '' && after === undefined
        ? found
        : await collect(store, context, plan, { count: 1 });
    if (one.shown.length === 0) {
      const reference = `${scope.type}/${scope.id}`;
      return refuse(store, context, access, fhirError('FHIR_NOT_FOUND', { reference }));
    }
  }
  const page = found.shown.slice(0, request.count);
  await recordByRules(
    store,
    context,
    access,
    page.map(({ rule, row }) => ({ rules: [rule.id], patients: patientsOf(row).join(',') })),
  );
  const last = found.shown.length > request.count ? page.at(-1)?.row.position : found.stopped;
  return {
    versions: page.map((shown) => versionOf(shown, isNarrowed(store, context))),
    ...(last === undefined ? {} : { next: store.pageLink.seal(last, binding) }),
  };
}

/** When a resource was changed tells of changes of what is hidden. @throws FhirError `ACCESS_PARAMETER_BLOCKED` */
function refuseInstants(
  { definitions }: ClinicalStore,
  { principal: { policy } }: AccessContext,
  types: readonly string[],
  { since, at }: HistoryPeriod,
): void {
  const shown = since !== undefined ? '_since' : at !== undefined ? '_at' : undefined;
  if (shown === undefined) return;
  for (const type of types) {
    refuseBlocked(definitions, policy, type, '_lastUpdated', { interaction: 'history', shown });
  }
}

interface Shown {
  readonly row: HistoryRow;
  readonly type: string;
  readonly rule: PolicyRule;
  readonly view: View;
}

/** Reads on until there is one version more than the page shows. */
async function collect(
  store: ClinicalStore,
  context: AccessContext,
  plan: HistoryPlan,
  request: HistoryRequest,
  start?: HistoryPosition,
): Promise<{ readonly shown: readonly Shown[]; readonly stopped?: HistoryPosition }> {
  const shown: Shown[] = [];
  let after = start;
  for (let hidden = 0; hidden <= PATIENCE; ) {
    const step = Math.min(Math.max(request.count + 1 - shown.length, LEAST), MOST);
    const statement = historyStatement(store, plan, request, after, step);
    const rows = await store.database.query<HistoryRow>(statement);
    const visible = new Map<HistoryRow, Omit<Shown, 'view'>>();
    for (const row of rows) {
      const type = store.types.name(row.type);
      const rule = await ruleOf(store, context, type, row);
      if (rule !== undefined) visible.set(row, { row, type, rule });
    }
    const views = await historyViews(store, context, [...visible.values()]);
    const viewOf = new Map([...visible.keys()].map((row, index) => [row, views[index]]));
    for (const row of rows) {
      const found = visible.get(row);
      const view = viewOf.get(row);
      if (found === undefined || view === undefined) hidden += 1;
      else shown.push({ ...found, view });
      if (shown.length > request.count) return { shown };
      after = row.position;
    }
    if (rows.length < step) return { shown };
  }
  return { shown, ...(after === undefined ? {} : { stopped: after }) };
}

async function ruleOf(
  store: ClinicalStore,
  { principal }: AccessContext,
  type: string,
  { id, updated, content }: HistoryRow,
): Promise<PolicyRule | undefined> {
  if (content === null) return undefined;
  return ruleForVersion(store, principal.policy.rules(type, 'history'), { id, updated, content });
}

/**
 * Types that the history of several can hold: not the ledger, which is no part of the store, and not Binary, whose access
 * hangs on another resource.
 */
const APART: ReadonlySet<string> = new Set(['AuditEvent', 'Binary']);

/** Types whose history the policy shows at all. */
async function typesOf(
  store: ClinicalStore,
  context: AccessContext,
  scope: HistoryScope,
  access: { readonly interaction: string },
): Promise<readonly string[]> {
  if (scope.scope !== 'system') {
    await rulesOrRefuse(store, context, scope.type, 'history', access);
    return [scope.type];
  }
  const types = store.definitions.resourceTypes.filter(
    (type) => !APART.has(type) && context.principal.policy.rules(type, 'history').length > 0,
  );
  if (types.length > 0) return types;
  const { definitions } = store;
  const error = denied(context.principal, 'history', 'Resource', definitions.resourceTypes);
  return refuse(store, context, access, error);
}

/** Whom a version concerns: their access logs show that it was read. */
function patientsOf({ patients }: HistoryRow): readonly string[] {
  return patients === null || patients === '' ? [] : patients.split(',');
}

function versionOf({ row, type, view }: Shown, narrowed: boolean): HistoryVersion {
  const { id, version, updated: lastUpdated, deleted } = row;
  const { content, versionId } = view;
  if (narrowed) {
    if (deleted) return { type, id, method: 'DELETE' };
    return { type, id, method: 'PUT', content, ...(versionId === undefined ? {} : { versionId }) };
  }
  const numbered = { type, id, versionId: String(version), lastUpdated };
  if (deleted) return { ...numbered, method: 'DELETE' };
  return { ...numbered, method: version === 1 ? 'POST' : 'PUT', content };
}

/** The period, as it stands in the ledger and binds the cursor. */
function describe({ since, at }: HistoryPeriod): string {
  const bounds = [
    ['_since=', since],
    ['_at=ge', at?.low],
    ['_at=lt', at?.high],
  ] as const;
  return bounds
    .filter(([, value]) => value !== undefined && Number.isFinite(value))
    .map(([name, value]) => `${name}${new Date(value as number).toISOString()}`)
    .join('&');
}
