import { and, type SearchExpression } from '../../search/expression.ts';
import { parseSearch } from '../../search/parse.ts';
import { callersId } from '../../storage/repository/judging/caller-ids.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall } from '../request.ts';
import { operationParameters, textOfOne, textsOf } from './operation-parameters.ts';
import { STATISTICS } from './statistic-codes.ts';

/** What `$stats` is asked for. */
export interface StatsRequest {
  /** Id of the patient. */
  readonly patient: string;
  /** The codes, each with the search of its observations. */
  readonly series: readonly {
    readonly coding: { readonly system?: string; readonly code: string };
    readonly where: SearchExpression;
  }[];
  /** Codes of the figures. */
  readonly statistics: readonly string[];
  /** Clinical dates that count, in FHIR form. */
  readonly effective?: { readonly start?: string; readonly end?: string };
}

const OPERATION = 'stats';
const KNOWN = new Set([
  'subject',
  'code',
  'system',
  'coding',
  'duration',
  'period',
  'statistic',
  'include',
  'limit',
  '_format',
  '_pretty',
]);
const MAX_CODES = 20;
const HOUR = 3_600_000;

/**
 * Reads the parameters of `$stats`. `include` and `limit`, which would add the observations themselves, are not supported:
 * a search gives them.
 * @throws FhirError `OPERATION_INVALID_PARAMETERS`
 */
export function statsRequest({ services, request, principal }: FhirCall): StatsRequest {
  const { definitions, settings, store } = services;
  const parameters = operationParameters(request, OPERATION);
  for (const { name } of parameters) {
    if (!KNOWN.has(name)) throw invalid(`${name.slice(0, 64)} is not known`);
  }
  if (textsOf(parameters, 'include').some((text) => text === 'true'))
    throw invalid('include is not supported; a search gives the observations');
  const subject = textOfOne(parameters, 'subject', OPERATION) ?? '';
  const base = [request.base, ...settings.baseUrls].find((url) => subject.startsWith(`${url}/`));
  const local = base === undefined ? subject : subject.slice(base.length + 1);
  const named = /^Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(local)?.[1];
  if (named === undefined) throw invalid('subject is to be the reference of a patient');

  const patient = callersId(store, principal, 'Patient', named);
  const codings = codingsOf(parameters);
  const statistics = [
    ...new Set(textsOf(parameters, 'statistic').flatMap((text) => text.split(','))),
  ];
  if (statistics.length === 0) throw invalid('at least one statistic is expected');
  const unknown = statistics.find((name) => !Object.hasOwn(STATISTICS, name));
  if (unknown !== undefined) throw invalid(`the statistic ${unknown.slice(0, 64)} is not known`);

  const effective = effectiveOf(parameters, store.clock.now());
  const options = { defaultCount: 1, maxCount: 1, baseUrls: settings.baseUrls };
  const dates = [
    ...(effective?.start === undefined ? [] : [['date', `ge${effective.start}`] as const]),
    ...(effective?.end === undefined ? [] : [['date', `le${effective.end}`] as const]),
  ];
  const series = codings.map((coding) => {
    const token = `${coding.system === undefined ? '' : `${escaped(coding.system)}|`}${escaped(coding.code)}`;
    const query = [['patient', patient], ['code', token], ...dates] as const;
    return { coding, where: and(parseSearch(definitions, 'Observation', query, options).where) };
  });
  return { patient, series, statistics, ...(effective === undefined ? {} : { effective }) };
}

function codingsOf(
  parameters: ReturnType<typeof operationParameters>,
): readonly { readonly system?: string; readonly code: string }[] {
  const system = textOfOne(parameters, 'system', OPERATION);
  const fromCodes = textsOf(parameters, 'code').map((code) => ({
    ...(system === undefined ? {} : { system }),
    code,
  }));
  const fromCodings = parameters
    .filter(({ name }) => name === 'coding')
    .map(({ value, text }) => {
      const given = (value ?? {}) as { readonly system?: unknown; readonly code?: unknown };
      if (text !== undefined || typeof given.code !== 'string')
        throw invalid('coding is no Coding');
      return {
        ...(typeof given.system === 'string' ? { system: given.system } : {}),
        code: given.code,
      };
    });
  const all = [...fromCodes, ...fromCodings];
  if (all.length === 0 || all.length > MAX_CODES)
    throw invalid(`1 to ${String(MAX_CODES)} of code or coding are expected`);
  return all;
}

/** `period`, or the last `duration` hours. */
function effectiveOf(
  parameters: ReturnType<typeof operationParameters>,
  now: number,
): StatsRequest['effective'] {
  const duration = textOfOne(parameters, 'duration', OPERATION);
  const period = parameters.find(({ name }) => name === 'period');
  if (duration !== undefined) {
    const hours = /^\d{1,7}(?:\.\d{1,6})?$/.test(duration) ? Number(duration) : 0;
    if (hours <= 0 || period !== undefined)
      throw invalid('duration is to be a number of hours, and stands without period');
    return { start: new Date(now - hours * HOUR).toISOString(), end: new Date(now).toISOString() };
  }
  if (period === undefined) return undefined;
  const { start, end } = (period.value ?? {}) as {
    readonly start?: unknown;
    readonly end?: unknown;
  };
  if (
    (start !== undefined && typeof start !== 'string') ||
    (end !== undefined && typeof end !== 'string')
  )
    throw invalid('period is no Period');
  return {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  };
}

/** @see https://hl7.org/fhir/R4/search.html#escaping */
function escaped(text: string): string {
  return text.replace(/[\\,|$]/g, '\\$&');
}

function invalid(reason: string): Error {
  return fhirError('OPERATION_INVALID_PARAMETERS', { operation: OPERATION, reason });
}
