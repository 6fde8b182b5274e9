import { isUint8Array } from 'node:util/types';
import { BOT_LIMITS, type BotRequest, type FromWorker, type LogLevel } from './messages.ts';

const METHOD = /^(GET|HEAD|POST|PUT|PATCH|DELETE)$/;
const LEVELS: ReadonlySet<unknown> = new Set<LogLevel>(['debug', 'info', 'warn', 'error']);

/** Reads what came from a worker; anything else than a well-formed, bounded message is undefined. */
export function readMessage(value: unknown): FromWorker | undefined {
  if (!isRecord(value)) return undefined;
  const { kind, id, level, text, output, reason } = value;
  switch (kind) {
    case 'ready':
      return { kind };
    case 'request': {
      const request = readRequest(value['request']);
      return typeof id === 'number' && request !== undefined ? { kind, id, request } : undefined;
    }
    case 'log':
      return isBounded(text, BOT_LIMITS.log) && LEVELS.has(level)
        ? { kind, level: level as LogLevel, text }
        : undefined;
    case 'done':
      return isBounded(output, BOT_LIMITS.output) ? { kind, output } : undefined;
    case 'failed':
      return isBounded(reason, BOT_LIMITS.log) ? { kind, reason } : undefined;
    default:
      return undefined;
  }
}

function readRequest(value: unknown): BotRequest | undefined {
  if (!isRecord(value)) return undefined;
  const { method, url, headers, body } = value;
  if (typeof method !== 'string' || !METHOD.test(method)) return undefined;
  if (!isBounded(url, 100_000) || !/^\/(?!\/)/.test(url)) return undefined;
  if (!isRecord(headers)) return undefined;
  const entries = Object.entries(headers);
  if (entries.length > 100 || !entries.every(([, field]) => isBounded(field, 16_000)))
    return undefined;
  if (body !== undefined && !(isUint8Array(body) && body.length <= BOT_LIMITS.body)) {
    return undefined;
  }
  return {
    method,
    url,
    headers: headers as Record<string, string>,
    ...(body === undefined ? {} : { body }),
  };
}

/** True for an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** True for a text of at most so many characters. */
export function isBounded(value: unknown, limit: number): value is string {
  return typeof value === 'string' && value.length <= limit;
}
