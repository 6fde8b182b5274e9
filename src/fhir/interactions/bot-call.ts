import { isUtf8 } from 'node:buffer';
import type { KeptCall } from '../../bots/runs/bot-run.ts';
import { fhirError } from '../../outcome/codes.ts';
import { parseQuery } from '../../search/parse-query.ts';
import { mediaType } from '../read-body.ts';
import type { FhirRequest, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';

const FORM = 'application/x-www-form-urlencoded';

/**
 * What a bot gets of a request: JSON parsed, a form as an object, everything else (HL7 v2, CSV) as text; of a GET the query.
 * @param rawBody true: the text as it came, whatever it is
 * @throws FhirError `FHIR_INVALID_JSON`
 * @see https://www.medplum.com/docs/api/fhir/operations/bot-execute
 */
export function readBotCall(
  request: Pick<FhirRequest, 'method' | 'query' | 'headers' | 'body' | 'json' | 'requestId'>,
  rawBody: boolean,
): KeptCall {
  const contentType = mediaType(request.headers['content-type']);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  return {
    input: reads ? formOf(request.query) : readInput(request, contentType, rawBody),
    traceId: request.requestId,
    ...(contentType === '' ? {} : { contentType }),
  };
}

function readInput(
  { body, json: parsed }: Pick<FhirRequest, 'body' | 'json'>,
  contentType: string,
  rawBody: boolean,
): unknown {
  if (body === undefined || body.length === 0) return parsed?.value;
  if (!isUtf8(body)) throw fhirError('FHIR_INVALID_JSON', { reason: 'it is not UTF-8' });
  const text = body.toString('utf8');
  if (rawBody) return text;
  if (parsed !== undefined) return parsed.value;
  if (contentType === FORM) return formOf(text);
  if (!contentType.includes('json')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw fhirError(
      'FHIR_INVALID_JSON',
      { reason: 'the input of the bot cannot be parsed' },
      { cause },
    );
  }
}

function formOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(parseQuery(text));
}

/** The answer with what a bot returned: text as text, everything else as JSON. */
export function botAnswer(output: unknown): FhirResponse {
  if (typeof output === 'string') {
    return {
      status: 200,
      headers: {
        'Content-Type': 'text/plain; charset=utf-8',
        'Cache-Control': 'no-store, private',
      },
      body: output,
    };
  }
  const isResource = typeof output === 'object' && output !== null && 'resourceType' in output;
  return json(
    200,
    JSON.stringify(output ?? null),
    isResource ? {} : { 'Content-Type': 'application/json; charset=utf-8' },
  );
}
