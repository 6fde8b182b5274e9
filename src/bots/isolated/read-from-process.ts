import { BOT_LIMITS } from '../messages.ts';
import { isBounded, isRecord, readMessage } from '../read-message.ts';
import type { Frame } from './frames.ts';
import type { FromProcess } from './messages.ts';

const METHOD = /^(GET|HEAD|POST|PUT|PATCH|DELETE)$/;

/** Reads what came from the process of a bot; anything else than a well-formed, bounded message is undefined. */
export function readFromProcess({ value, bytes }: Frame): FromProcess | undefined {
  if (!isRecord(value)) return undefined;
  if (bytes !== undefined && bytes.length > BOT_LIMITS.body) return undefined;
  const { kind, id, request } = value;
  if (kind !== 'request' && kind !== 'outside') return readMessage(value);
  if (!isRecord(request)) return undefined;
  const { method, url, headers } = request;
  const complete = {
    method,
    url,
    headers,
    ...(bytes === undefined ? {} : { body: bytes }),
  };
  if (kind === 'request') return readMessage({ kind, id, request: complete });
  if (typeof id !== 'number' || !isBounded(url, 8_000) || !URL.canParse(url)) return undefined;
  if (typeof method !== 'string' || !METHOD.test(method) || !isRecord(headers)) return undefined;
  const fields = Object.entries(headers);
  if (fields.length > 100 || !fields.every(([, field]) => isBounded(field, 16_000)))
    return undefined;
  return {
    kind,
    id,
    request: {
      method,
      url,
      headers: headers as Record<string, string>,
      ...(bytes === undefined ? {} : { body: bytes }),
    },
  };
}
