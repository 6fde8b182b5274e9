import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { medplumError } from '../errors.ts';

const MAX_BYTES = 64 * 1024;

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;

/**
 * Reads a JSON body. Only media types of JSON are taken: a form of a foreign page cannot have one without asking first.
 * @throws FhirError `MEDPLUM_BODY_INVALID` for another media type, more than 64 KiB, or no JSON
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw medplumError('MEDPLUM_BODY_INVALID', { reason: 'it is too long' });
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  if (!JSON_TYPE.test(type))
    throw medplumError('MEDPLUM_BODY_INVALID', { reason: 'it is no JSON' });
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (cause) {
    throw medplumError('MEDPLUM_BODY_INVALID', { reason: 'it is no JSON' }, { cause });
  }
}

/**
 * Checks a body against its schema. What the schema does not know is ignored, as Medplum does.
 * @throws FhirError `MEDPLUM_PARAMETER_INVALID`, which names the field and not its value
 */
export function checked<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw medplumError('MEDPLUM_PARAMETER_INVALID', {
    name: first?.path.join('.') ?? 'body',
    reason: first?.code === 'custom' ? first.message : (first?.code ?? 'it is of another form'),
  });
}
