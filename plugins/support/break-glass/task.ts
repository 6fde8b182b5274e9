import type { Task } from '@medplum/fhirtypes';
import type { PluginRepository } from '../../../src/plugin/sdk.ts';
import type { BreakGlassRequest } from './read-parameters.ts';

/** A Task as it is stored. */
export type StoredTask = Task & { id: string };

const CODE_SYSTEM = 'https://diga-server.dev/fhir/CodeSystem/support';
const TICKETS = 'https://diga-server.dev/fhir/NamingSystem/support-ticket';

/** Identity of this plugin: only Tasks that it has requested open anything. */
const SELF = 'Device/plugin-support';

/** What a Task is made from. */
export interface BreakGlass extends BreakGlassRequest {
  /** Id of the patient. */
  readonly patient: string;
  /** Reference of who breaks the glass. */
  readonly owner: string;
  /** True where somebody has to approve it first. */
  readonly pending: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The Task that stands for a break-glass: the patient sees it, and the policy `break-glass` lives by it. */
export function breakGlassTask(request: BreakGlass): Task {
  const { ticket, reason, minutes, patient, owner, pending, now } = request;
  return {
    resourceType: 'Task',
    identifier: [{ system: TICKETS, value: ticket }],
    status: pending ? 'requested' : 'in-progress',
    intent: 'order',
    code: { coding: [{ system: CODE_SYSTEM, code: 'break-glass' }] },
    for: { reference: `Patient/${patient}` },
    requester: { reference: SELF },
    owner: { reference: owner },
    authoredOn: instant(now),
    reasonCode: { text: reason },
    executionPeriod: periodOf(now, minutes),
    // How long was asked for, while the clock does not run yet.
    ...(pending ? { input: [{ type: { text: 'minutes' }, valuePositiveInt: minutes }] } : {}),
  };
}

/** The Task once a second person has approved it: from then on the time runs. */
export function approved(task: StoredTask, approver: string, now: number): StoredTask {
  const minutes = task.input?.[0]?.valuePositiveInt ?? 1;
  return {
    ...task,
    status: 'in-progress',
    executionPeriod: periodOf(now, minutes),
    output: [{ type: { text: 'approved by' }, valueReference: { reference: approver } }],
  };
}

/** The Task when it is over. */
export function ended(task: StoredTask, now: number): StoredTask {
  const start = task.executionPeriod?.start;
  return {
    ...task,
    status: task.status === 'requested' ? 'cancelled' : 'completed',
    executionPeriod: { ...(start === undefined ? {} : { start }), end: instant(now) },
  };
}

/** Milliseconds after which a request that nobody has approved lapses: its reason was one of that day. */
const LAPSE = 86_400_000;

/** True while it opens the patient's data, or could be approved. */
export function isOpen(task: Task, now: number): boolean {
  if (task.status === 'requested') return now - Date.parse(task.authoredOn ?? '') < LAPSE;
  const end = Date.parse(task.executionPeriod?.end ?? '');
  return task.status === 'in-progress' && end > now;
}

/** Break-glasses of one person that are open, those of one patient if told. */
export async function openTasks(
  repository: PluginRepository,
  owner: string,
  now: number,
  patient?: string,
): Promise<readonly StoredTask[]> {
  const query = new URLSearchParams({
    owner,
    code: `${CODE_SYSTEM}|break-glass`,
    status: 'requested,in-progress',
    _sort: '-authored-on',
  });
  if (patient !== undefined) query.set('patient', `Patient/${patient}`);
  const tasks = await repository.search<Task>('Task', query.toString());
  return tasks.filter((task) => isOpen(task, now));
}

/** Writes a Task over the version that was read. */
export async function replace(
  repository: PluginRepository,
  before: StoredTask,
  after: StoredTask,
): Promise<StoredTask> {
  const ifMatch = before.meta?.versionId;
  return repository.update<Task>(after, ifMatch === undefined ? {} : { ifMatch });
}

function periodOf(start: number, minutes: number): { start: string; end: string } {
  return { start: instant(start), end: instant(start + minutes * 60_000) };
}

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
