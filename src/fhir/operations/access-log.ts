import type { ParametersParameter } from '@medplum/fhirtypes';
import { actorsOf } from '../../audit/access-log/actors.ts';
import { groupRows, type LogEntry } from '../../audit/access-log/group-rows.ts';
import { readLogRows } from '../../audit/access-log/read-rows.ts';
import {
  type Actor,
  purposeText,
  sentence,
  whatText,
  whoText,
} from '../../audit/access-log/sentence.ts';
import { wordsFor } from '../../audit/words/language.ts';
import type { Words } from '../../audit/words/words.ts';
import { recordAccess, rulesOrRefuse } from '../../storage/repository/judging/deny.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import { accessLogRequest } from './access-log-request.ts';
import type { CoreOperation, OperationTarget } from './core-operation.ts';

/** Rows of the ledger that one page looks at. */
const ROWS = 2_000;

/**
 * `Patient/[id]/$access-log`: who did what with the data of a patient, when and why, in plain words. It shows what the
 * caller's policy shows of the ledger: patients their own, auditors everybody's.
 */
export const accessLog: CoreOperation = {
  name: 'access-log',
  instances: ['Patient'],
  get: true,
  permission: 'data',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/access-log',
  documentation: 'The access log of a patient in plain words, in German or English.',
  handle,
};

async function handle(call: FhirCall, target: OperationTarget): Promise<FhirResponse> {
  const { services, context, request } = call;
  const { store } = services;
  const asked = accessLogRequest(call, target);
  const access = {
    interaction: 'operation:access-log',
    type: 'Patient',
    id: asked.patient,
    ...(request.query === '' ? {} : { query: request.query }),
  };
  const rules = await rulesOrRefuse(store, context, 'AuditEvent', 'search', access);
  const rows = await readLogRows(store, context, asked, ROWS);
  const grouped = groupRows(rows, asked.count);
  const full = rows.length === ROWS ? rows.at(-1)?.seq : undefined;
  const next = grouped.last ?? full;
  const agents = new Set(grouped.entries.flatMap(({ agent }) => agent ?? []));
  const actors = await actorsOf(store, context, agents, asked.patient);
  await recordAccess(store, context, {
    ...access,
    rule: rules.map(({ id }) => id).join('|'),
    // Where the policy shows nothing of the log, nothing of the patient was used.
    ...(rows.length === 0 ? {} : { patients: asked.patient }),
  });
  const words = wordsFor(request.headers['accept-language']);
  const parameter: ParametersParameter[] = [
    { name: 'language', valueCode: words.language },
    ...grouped.entries.map((entry) => {
      const actor = actors.get(entry.agent ?? '') ?? NOBODY;
      return entryParameter(entry, actor, words, store.eventId.seal(entry.seq));
    }),
    ...(next === undefined ? [] : [{ name: 'next', valueUrl: asked.next(next) }]),
  ];
  return json(200, JSON.stringify({ resourceType: 'Parameters', parameter }), {
    'Content-Language': words.language,
    Vary: 'Accept-Language',
  });
}

const NOBODY: Actor = { self: false, patient: false };

function entryParameter(
  entry: LogEntry,
  actor: Actor,
  words: Words,
  event: string,
): ParametersParameter {
  const why = purposeText(entry, words);
  const text = (name: string, value: string | undefined): ParametersParameter[] =>
    value === undefined ? [] : [{ name, valueString: value }];
  return {
    name: 'entry',
    part: [
      { name: 'when', valueInstant: entry.when },
      {
        name: 'who',
        part: [
          { name: 'text', valueString: whoText(entry, actor, words) },
          ...entry.roles.map((role) => ({ name: 'role', valueCode: role })),
          ...text('staff', actor.staff),
          ...text('organization', actor.organization),
        ],
      },
      { name: 'deed', valueCode: entry.deed },
      { name: 'what', valueString: whatText(entry, words) },
      ...(entry.resources === 0 ? [] : [{ name: 'resources', valueInteger: entry.resources }]),
      ...text('why', why),
      { name: 'outcome', valueCode: entry.outcome },
      { name: 'text', valueString: sentence(entry, actor, words) },
      { name: 'event', valueReference: { reference: `AuditEvent/${event}` } },
    ],
  };
}
