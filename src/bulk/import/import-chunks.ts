import { fhirError } from '../../outcome/codes.ts';
import type { RawLine } from './ndjson-lines.ts';
import type { ImportLine } from './read-line.ts';

/** Lines that are written together, and where the input stands after them. */
export interface ImportChunk {
  readonly lines: readonly ImportLine[];
  /** Number of the last line, an empty one included. */
  readonly line: number;
  /** Bytes of the input up to its end. */
  readonly end: number;
}

/** Resources that are written together; also what a killed server does again. */
export const CHUNK_LINES = 500;

/** Bytes of lines after which a chunk ends. */
export const CHUNK_BYTES = 4_194_304;

/**
 * Puts lines together to chunks. A chunk holds no resource twice, so that each line is written over the one before.
 * @param first number of the first line
 * @param limit of one line, in bytes; it is told to who sent a longer one
 */
export async function* importChunks(
  source: AsyncIterable<RawLine>,
  first: number,
  input: number,
  limit: number,
  read: (bytes: Buffer, place: { input: number; line: number }) => ImportLine,
): AsyncGenerator<ImportChunk> {
  let lines: ImportLine[] = [];
  let keys = new Set<string>();
  let bytes = 0;
  let line = first - 1;
  let end = 0;
  let taken = 0;
  const take = (): ImportChunk => {
    const chunk = { lines, line, end };
    [lines, keys, bytes, taken] = [[], new Set(), 0, end];
    return chunk;
  };
  for await (const raw of source) {
    const place = { input, line: line + 1 };
    const found =
      raw.bytes === undefined
        ? { ...place, text: '', content: fhirError('BULK_LINE_TOO_LONG', { limit }) }
        : isBlank(raw.bytes)
          ? undefined
          : read(raw.bytes, place);
    if (found?.key !== undefined && keys.has(found.key)) yield take();
    line = place.line;
    end = raw.end;
    if (found === undefined) continue;
    lines.push(found);
    if (found.key !== undefined) keys.add(found.key);
    bytes += raw.bytes?.length ?? 0;
    if (lines.length >= CHUNK_LINES || bytes >= CHUNK_BYTES) yield take();
  }
  if (end > taken) yield take();
}

/** White space of JSON only. */
function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
