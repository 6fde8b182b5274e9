import { fhirError } from '../outcome/codes.ts';
import { isStorable } from '../storage/instant.ts';
import { elementsOf } from './elements-parameter.ts';
import type { ExportPlan } from './export-plan.ts';
import { refuseBlockedInstants } from './export-scope.ts';
import { reachOf } from './reach.ts';
import { exportableTypes } from './exportable-types.ts';
import type { PlanContext } from './plan-context.ts';
import { typeFilters } from './type-filters.ts';

/** Formats that all mean NDJSON. */
const FORMATS = new Set(['application/fhir+ndjson', 'application/ndjson', 'ndjson']);

/** @see https://hl7.org/fhir/R4/datatypes.html#instant */
const INSTANT =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

const MAX_PATIENTS = 10_000;

/**
 * Reads what an export is asked for.
 * @throws FhirError `BULK_PARAMETER_INVALID`, `BULK_PARAMETER_UNSUPPORTED` unless the client is lenient, `ACCESS_DENIED`
 *   for a type that the policy does not show at all, `ACCESS_PARAMETER_BLOCKED`, `FHIR_UNKNOWN_RESOURCE_TYPE`, `SEARCH_*` for a filter
 * @see https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters
 */
export function planExport(
  parameters: readonly (readonly [name: string, value: string])[],
  context: PlanContext,
): ExportPlan {
  const given = (name: string): readonly string[] =>
    parameters.filter(([other, value]) => other === name && value !== '').map(([, value]) => value);
  const ignored: string[] = [];
  /** Leaves out what is not understood where the client wants that. */
  const lenient = (name: string, reason: string, status: 'UNSUPPORTED' | 'INVALID'): void => {
    const error = fhirError(`BULK_PARAMETER_${status}`, { name: name.slice(0, 64), reason });
    if (!context.lenient || status === 'INVALID') throw error;
    ignored.push(error.outcome.issue[0]?.details?.text ?? error.code);
  };
  for (const name of new Set(parameters.map(([other]) => other))) {
    if (!KNOWN.has(name)) lenient(name, 'it is not known', 'UNSUPPORTED');
  }
  const once = (name: string): string | undefined => {
    const values = given(name);
    if (values.length > 1) lenient(name, 'it is given more than once', 'INVALID');
    return values[0];
  };
  const format = once('_outputFormat');
  if (format !== undefined && !FORMATS.has(format.replaceAll(' ', '+')))
    lenient('_outputFormat', 'only NDJSON is written', 'UNSUPPORTED');
  const organizedBy = once('organizeOutputBy');
  if (organizedBy !== undefined && organizedBy !== 'Patient')
    lenient('organizeOutputBy', 'only Patient is supported', 'UNSUPPORTED');
  // `allowPartialManifests` allows and does not demand: a single manifest is an answer to it.
  once('allowPartialManifests');
  const instantOf = (name: string): string | undefined => {
    const text = once(name)?.replace(' ', '+');
    if (text === undefined) return undefined;
    const time = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
    if (!isStorable(time))
      lenient(name, 'an instant such as 2026-01-31T12:00:00Z is expected', 'INVALID');
    return new Date(time).toISOString();
  };
  const since = instantOf('_since');
  const until = instantOf('_until');

  const asked = given('_type').flatMap((value) => value.split(','));
  const { types, unsupported } = exportableTypes(asked, context);
  for (const type of unsupported)
    lenient('_type', `${type} is not exported at this level`, 'UNSUPPORTED');
  const filters = typeFilters(given('_typeFilter'), context, (reason) => {
    lenient('_typeFilter', reason, 'UNSUPPORTED');
  });
  for (const type of types) {
    refuseBlockedInstants(context.definitions, context.policy, type, {
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
    });
  }
  const elements = elementsOf(given('_elements'));
  const provenance = associatedData(given('includeAssociatedData'), (reason) => {
    lenient('includeAssociatedData', reason, 'UNSUPPORTED');
  });
  const patients = patientsOf(given('patient'), context);
  return {
    level: context.level,
    reach: reachOf(context.definitions, context.policy),
    types,
    filters,
    ignored,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(patients === undefined ? {} : { patients }),
    ...(elements === undefined ? {} : { elements }),
    ...(organizedBy === 'Patient' ? { organizedBy } : {}),
    ...(provenance && !types.includes('Provenance') ? { provenance } : {}),
  };
}

const KNOWN: ReadonlySet<string> = new Set([
  '_outputFormat',
  '_since',
  '_until',
  '_type',
  '_typeFilter',
  '_elements',
  'patient',
  'includeAssociatedData',
  'organizeOutputBy',
  'allowPartialManifests',
  '_format',
  '_pretty',
]);

function associatedData(values: readonly string[], refuse: (reason: string) => void): boolean {
  let provenance = false;
  for (const value of values.flatMap((listed) => listed.split(','))) {
    if (value === 'RelevantProvenanceResources') provenance = true;
    else refuse(`${value.slice(0, 64)} is not supported`);
  }
  return provenance;
}

/** The patients that `patient` names, of the group where there is one; undefined where nobody is named. */
function patientsOf(
  values: readonly string[],
  { level, members, post, baseUrls, patientId }: PlanContext,
): readonly string[] | undefined {
  const invalid = (reason: string): Error =>
    fhirError('BULK_PARAMETER_INVALID', { name: 'patient', reason });
  if (values.length === 0) return members;
  if (level === 'system') throw invalid('an export of the system is about all patients');
  if (!post) throw invalid('it is allowed with POST only');
  if (values.length > MAX_PATIENTS) throw invalid(`more than ${String(MAX_PATIENTS)} are named`);
  const ids = values.map((value) => {
    const base = baseUrls.find((url) => value.startsWith(`${url}/`));
    const local = base === undefined ? value : value.slice(base.length + 1);
    const id = /^Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(local)?.[1];
    if (id === undefined) throw invalid('a reference such as Patient/x is expected');
    return patientId(id);
  });
  const group = members === undefined ? undefined : new Set(members);
  if (ids.some((id) => group?.has(id) === false)) throw invalid('one is not a member of the group');
  return [...new Set(ids)];
}
