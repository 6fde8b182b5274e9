import { Busboy } from '@fastify/busboy';
import type { DigaParts } from './diga-parts.ts';
import { TransportError } from './transport-error.ts';

const PART_NAMES = ['iksender', 'ikempfaenger', 'verfahren', 'nutzdaten'] as const;
type PartName = (typeof PART_NAMES)[number];

const MAX_PARTS = 20;
const MAX_TEXT_CHARACTERS = 64;

/**
 * Reads the four parts of an answer by name: any order, unknown parts ignored, of a repeated part the first counts.
 * @param contentType value of the `Content-Type` header field
 * @param body bounded by the caller
 * @throws TransportError NOT_MULTIPART, MISSING_PART
 * @see RFC 7578
 */
export async function readDigaMultipart(
  contentType: string | undefined,
  body: Uint8Array,
): Promise<DigaParts> {
  if (contentType === undefined || !/^multipart\/form-data\s*;/i.test(contentType)) {
    throw new TransportError('NOT_MULTIPART', 'The answer is not multipart/form-data');
  }
  const parts = await collectParts(contentType, body);
  const missing = PART_NAMES.filter((name) => !parts.has(name));
  if (missing.length > 0) {
    throw new TransportError('MISSING_PART', `The answer lacks: ${missing.join(', ')}`);
  }
  return {
    iksender: text(parts, 'iksender'),
    ikempfaenger: text(parts, 'ikempfaenger'),
    verfahren: text(parts, 'verfahren'),
    nutzdaten: new Uint8Array(parts.get('nutzdaten') ?? []),
  };
}

function text(parts: ReadonlyMap<PartName, Buffer>, name: PartName): string {
  const value = (parts.get(name) ?? Buffer.alloc(0)).toString('latin1').trim();
  if (value.length > MAX_TEXT_CHARACTERS) {
    throw new TransportError('NOT_MULTIPART', `The part ${name} is too long`);
  }
  return value;
}

function isPartName(name: string): name is PartName {
  return PART_NAMES.some((known) => known === name);
}

function collectParts(
  contentType: string,
  body: Uint8Array,
): Promise<ReadonlyMap<PartName, Buffer>> {
  return new Promise((resolve, reject) => {
    const parts = new Map<PartName, Buffer>();
    const fail = (cause?: unknown): void =>
      reject(new TransportError('NOT_MULTIPART', 'The multipart body cannot be read', { cause }));
    try {
      const parser = new Busboy({
        headers: { 'content-type': contentType },
        limits: { parts: MAX_PARTS, fileSize: body.byteLength, headerPairs: 20, headerSize: 8192 },
        // Every part as bytes: a part without file name would otherwise be decoded as text and damaged.
        isPartAFile: () => true,
      });
      parser.on('file', (name, stream) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('error', fail);
        stream.on('end', () => {
          if (isPartName(name) && !parts.has(name)) parts.set(name, Buffer.concat(chunks));
        });
      });
      parser.on('partsLimit', () => fail());
      parser.on('error', fail);
      parser.on('finish', () => resolve(parts));
      parser.end(Buffer.from(body));
    } catch (error) {
      fail(error);
    }
  });
}
