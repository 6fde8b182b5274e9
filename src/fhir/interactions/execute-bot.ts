import { operationDenied } from '../../access/denied.ts';
import { isUtf8 } from 'node:buffer';
import { readResource } from '../../storage/repository/reading/read.ts';
import { recordAccess, refuse } from '../../storage/repository/judging/deny.ts';
import { parseQuery } from '../../search/parse-query.ts';
import { fhirError } from '../../outcome/codes.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import { mediaType } from '../read-body.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';

/**
 * `POST Bot/[id]/$execute`: runs a bot and answers with what it returns. The caller needs a policy that shows the Bot and
 * allows the operation `execute`; the bot itself acts under its own policy, not under the caller's.
 * @throws FhirError `ACCESS_OPERATION_DENIED`, `FHIR_NOT_FOUND`, `BOT_FAILED`, `BOT_TIMEOUT`, `BOT_UNKNOWN`
 * @see https://www.medplum.com/docs/api/fhir/operations/bot-execute
 */
export async function executeBot(call: FhirCall, id: string): Promise<FhirResponse> {
  const { services, request, principal, context } = call;
  const { store } = services;
  const access = { interaction: 'operation:execute', type: 'Bot', id };
  const rule = principal.policy.operation('execute');
  if (rule === undefined) {
    return refuse(store, context, access, operationDenied(principal, 'execute'));
  }
  await readResource(store, context, 'Bot', id);
  const contentType = mediaType(request.headers['content-type']);
  const input =
    request.method === 'GET'
      ? Object.fromEntries(parseQuery(request.query))
      : readInput(call, contentType);
  try {
    const output = await services.executeBot(id, input, {
      requester: principal.reference,
      signal: request.signal,
      traceId: request.requestId,
      ...(contentType === '' ? {} : { contentType }),
    });
    await recordAccess(store, context, { ...access, rule });
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
  } catch (error) {
    if (!isFhirError(error)) throw error;
    return refuse(
      store,
      context,
      { ...access, rule, outcome: error.status >= 500 ? 12 : 4 },
      error,
    );
  }
}

/** JSON is parsed for the bot; everything else (HL7 v2, CSV) it gets as text. */
function readInput({ request }: FhirCall, contentType: string): unknown {
  const { body, json: parsed } = request;
  if (parsed !== undefined) return parsed.value;
  if (body === undefined || body.length === 0) return undefined;
  if (!isUtf8(body)) throw fhirError('FHIR_INVALID_JSON', { reason: 'it is not UTF-8' });
  const text = body.toString('utf8');
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
