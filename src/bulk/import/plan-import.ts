import type { Definitions } from '../../definitions/model.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { Destinations } from '../../subscriptions/destinations.ts';
import type { ImportInput } from './import-plan.ts';
import { isNdjson } from './ndjson-type.ts';

/** Inputs of one import at most. */
const MAX_INPUTS = 200;

const MAX_URL = 4_000;

/** What the plan depends on beside the parameters. */
export interface ImportContext {
  readonly definitions: Definitions;
  readonly destinations: Destinations;
  readonly baseUrls: readonly string[];
}

/** An input as the client names it: of a Binary of this server its id. */
export interface NamedInput extends ImportInput {
  readonly binary?: string;
}

type Part = Readonly<Record<string, unknown>> & { readonly name: string };

/**
 * Reads what an import is asked for: `inputFormat`, and for each `input` its `url` and maybe the `type` of its lines.
 * @param parameters `Parameters.parameter`
 * @throws FhirError `OPERATION_INVALID_PARAMETERS`, `BULK_PARAMETER_INVALID`, `BULK_PARAMETER_UNSUPPORTED`,
 *   `FHIR_UNKNOWN_RESOURCE_TYPE`
 * @see https://github.com/smart-on-fhir/bulk-import/blob/master/import-manifest.md
 */
export function planImport(parameters: unknown, context: ImportContext): readonly NamedInput[] {
  const inputs: NamedInput[] = [];
  for (const part of partsOf(parameters)) {
    switch (part.name) {
      case 'inputFormat':
        if (!isNdjson(textOf(part).toLowerCase()))
          throw unsupported('inputFormat', 'only NDJSON is read');
        break;
      case 'inputSource':
        // Says where the data come from as a whole; nothing is fetched there.
        textOf(part);
        break;
      case 'storageDetail':
        checkStorage(partsOf(part['part']));
        break;
      case 'input':
        if (inputs.length === MAX_INPUTS)
          throw invalid('input', `there are more than ${String(MAX_INPUTS)}`);
        inputs.push(readInput(partsOf(part['part']), context));
        break;
      default:
        throw unsupported(part.name.slice(0, 64), 'it is not known');
    }
  }
  if (inputs.length === 0) throw invalid('input', 'there is none');
  return inputs;
}

function readInput(parts: readonly Part[], context: ImportContext): NamedInput {
  let url: string | undefined;
  let type: string | undefined;
  for (const part of parts) {
    if (part.name === 'url' && url === undefined) url = textOf(part);
    else if (part.name === 'type' && type === undefined) type = textOf(part);
    else throw invalid('input', 'it has one url, and at most one type');
  }
  if (url === undefined || url.length > MAX_URL) throw invalid('input', 'it has no url');
  if (type !== undefined && !context.definitions.isResourceType(type))
    throw fhirError('FHIR_UNKNOWN_RESOURCE_TYPE', { type: type.slice(0, 64) });
  const common = { url, ...(type === undefined ? {} : { type }) };
  const base = context.baseUrls.find((own) => url.startsWith(`${own}/`));
  const local = base === undefined ? url : url.slice(base.length + 1);
  const binary = /^Binary\/([A-Za-z0-9\-.]{1,64})$/.exec(local)?.[1];
  if (binary !== undefined) return { ...common, fetched: false, binary };
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined)
    throw invalid('input', 'its url is no URL, and no reference to a Binary');
  const refusal = context.destinations.refusal(parsed);
  if (refusal !== undefined) throw invalid('input', refusal);
  return { ...common, fetched: true };
}

/** Files are fetched as everybody could fetch them: credentials in a request would lie in the job. */
function checkStorage(parts: readonly Part[]): void {
  for (const part of parts) {
    if (part.name !== 'type' || textOf(part) !== 'https')
      throw unsupported('storageDetail', 'only the type https, without more');
  }
}

function partsOf(value: unknown): readonly Part[] {
  if (value === undefined) return [];
  const wellFormed =
    Array.isArray(value) &&
    value.every((part) => typeof (part as { name?: unknown } | null)?.name === 'string');
  if (!wellFormed) {
    const reason = 'every parameter needs a name';
    throw fhirError('OPERATION_INVALID_PARAMETERS', { operation: 'import', reason });
  }
  return value as readonly Part[];
}

const VALUES = ['valueUri', 'valueUrl', 'valueCode', 'valueString', 'valueCanonical'] as const;

function textOf(part: Part): string {
  const reference = (part['valueReference'] as { reference?: unknown } | undefined)?.reference;
  const values = [...VALUES.map((member) => part[member]), reference];
  const text = values.find((value) => typeof value === 'string');
  if (text === undefined || text === '') throw invalid(part.name.slice(0, 64), 'it has no text');
  return text;
}

function invalid(name: string, reason: string): Error {
  return fhirError('BULK_PARAMETER_INVALID', { name, reason });
}

function unsupported(name: string, reason: string): Error {
  return fhirError('BULK_PARAMETER_UNSUPPORTED', { name, reason });
}
