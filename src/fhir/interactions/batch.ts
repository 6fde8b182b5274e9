import { setImmediate } from 'node:timers/promises';
import type { BundleEntry } from '@medplum/fhirtypes';
import { bundleText, type BundleEntryText } from '../bundle-text.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { FhirCall, FhirRequest, FhirResponse } from '../request.ts';
import { json, preferredReturn } from '../respond.ts';
import { createResponseBudget, type ResponseBudget } from '../response-budget.ts';
import type { BundleEntries } from './bundle-entries.ts';
import {
  entryBody,
  entryHeaders,
  entryRequest,
  errorAnswer,
  withinBudget,
} from './bundle-entry.ts';
import { statusText } from './status-text.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import { shownText } from '../../storage/repository/shown/shown-text.ts';

/** Entries that are worked on at the same time. */
const PARALLEL = 4;

/** A `batch`: each entry is a request of its own. @see https://hl7.org/fhir/R4/http.html#brules */
export async function batch(call: FhirCall, entries: BundleEntries): Promise<FhirResponse> {
  const answers = new Array<BundleEntryText>(entries.length);
  const budget = createResponseBudget();
  // A body that is not JSON to its end is refused before anything of it is done.
  for (let index = 0; index < entries.length; index += 1) entries.at(index);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < entries.length; index = next++) {
      const { entry, exact } = entries.at(index);
      answers[index] = await one(call, budget, entry, exact);
      // Entries that ask nothing of the database would follow each other without letting anybody else in between.
      await setImmediate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, entries.length) }, work));
  await recordAccess(call.services.store, call.context, { interaction: 'batch' });
  return json(200, bundleText(call.services.store.clock, 'batch-response', [], answers));
}

async function one(
  call: FhirCall,
  budget: ResponseBudget,
  entry: BundleEntry,
  exact: BundleEntry,
): Promise<BundleEntryText> {
  let inner: FhirRequest;
  try {
    inner = innerRequest(call.request, entry, exact);
  } catch (error) {
    // What is wrong with one entry is the answer to that entry; the others are not concerned.
    if (!isFhirError(error)) throw error;
    return answer(errorAnswer(error));
  }
  const reading = inner.method === 'GET' || (inner.method === 'POST' && inner.path.includes('$'));
  // What nobody will see is not read: thousands of pages that do not fit would keep the server busy for nothing.
  if (inner.method === 'GET' && budget.spent) {
    return answer(errorAnswer(budget.error()));
  }
  const response = await call.dispatch(inner);
  const shown = reading || preferredReturn(call.request) === 'representation';
  const { body: _hidden, ...bare } = response;
  return answer(withinBudget(budget, shown || response.status >= 400 ? response : bare, reading));
}

function innerRequest(outer: FhirRequest, entry: BundleEntry, exact: BundleEntry): FhirRequest {
  const { json: _bundle, streams: _streams, ...common } = outer;
  return {
    ...common,
    ...entryRequest(entry),
    headers: { ...entryHeaders(entry), prefer: outer.headers['prefer'] },
    body: Buffer.alloc(0),
    ...entryBody(entry, exact),
  };
}

/** Entry of the response: errors as outcome, results as resource. */
function answer({ status, headers, body, success }: FhirResponse): BundleEntryText {
  const failure = status >= 400 && body !== undefined ? (JSON.parse(body) as unknown) : undefined;
  const said = failure ?? success;
  const location = headers['Location'];
  const modified = headers['Last-Modified'];
  return {
    // The body of an answer is what may be seen.
    ...(status < 400 && body !== undefined ? { resource: shownText(body) } : {}),
    response: {
      status: statusText(status),
      ...(location === undefined ? {} : { location: relative(location) }),
      ...(headers['ETag'] === undefined ? {} : { etag: headers['ETag'] }),
      ...(modified === undefined ? {} : { lastModified: new Date(modified).toISOString() }),
      ...(said === undefined ? {} : { outcome: said }),
    },
  };
}

function relative(location: string): string {
  return location.split('/').slice(-4).join('/');
}
