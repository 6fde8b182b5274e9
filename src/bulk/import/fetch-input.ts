import { type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { tlsClientProfile } from '../../crypto/tls-profile.ts';
import { fhirError } from '../../outcome/codes.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import { checkedLookup } from '../../subscriptions/checked-lookup.ts';
import type { Destinations } from '../../subscriptions/destinations.ts';

/** What is negotiated with the other side. @see BSI TR-02102-2 */
const TLS = tlsClientProfile();

/** What bounds the fetching of an input. */
export interface FetchLimits {
  /** Bytes. */
  readonly bytes: number;
  /** Milliseconds from the first to the last byte. */
  readonly time: number;
  /** Milliseconds of silence. */
  readonly silence: number;
  readonly signal: AbortSignal;
}

/**
 * Fetches an input from elsewhere. Only what the deployment allows is reached, at the very address that was checked;
 * certificates are checked, redirects are not followed, and no credentials are sent.
 * @throws FhirError `BULK_INPUT_UNAVAILABLE`
 */
export async function* fetchInput(
  url: URL,
  destinations: Destinations,
  limits: FetchLimits,
): AsyncGenerator<Uint8Array> {
  const refusal = destinations.refusal(url);
  if (refusal !== undefined) throw unavailable(refusal);
  const deadline = AbortSignal.timeout(limits.time);
  try {
    const response = await open(url, destinations, limits, deadline);
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limits.bytes) throw unavailable(`it is larger than ${String(limits.bytes)} bytes`);
      yield chunk;
    }
  } catch (error) {
    if (isFhirError(error)) throw error;
    limits.signal.throwIfAborted();
    throw unavailable(deadline.aborted ? 'it took too long' : reasonOf(error), error);
  }
}

function open(
  url: URL,
  destinations: Destinations,
  { silence, signal }: FetchLimits,
  deadline: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? secure : plain)(url, {
      ...TLS,
      agent: false,
      headers: { Accept: 'application/fhir+ndjson, application/ndjson;q=0.9, */*;q=0.1' },
      lookup: checkedLookup(url, destinations),
      signal: AbortSignal.any([signal, deadline]),
      maxHeaderSize: 16_384,
      timeout: silence,
    });
    outgoing.on('timeout', () => {
      outgoing.destroy(Object.assign(new Error('Silence'), { code: 'ETIMEDOUT' }));
    });
    outgoing.on('response', (response) => {
      if (response.statusCode === 200) {
        resolve(response);
        return;
      }
      response.on('error', () => undefined);
      response.destroy();
      reject(unavailable(`it was answered with status ${String(response.statusCode)}`));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** The code of the operating system; a text may repeat what the other side said. */
function reasonOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'the connection failed';
}

function unavailable(reason: string, cause?: unknown): Error {
  return fhirError('BULK_INPUT_UNAVAILABLE', { reason }, { cause });
}
