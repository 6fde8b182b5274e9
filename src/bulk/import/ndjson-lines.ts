/** A line as it stands in the input. */
export interface RawLine {
  /** Without the line feed; undefined where it is longer than allowed. */
  readonly bytes: Buffer | undefined;
  /** Bytes of the input up to the end of the line, the line feed included. */
  readonly end: number;
}

const LINE_FEED = 0x0a;

/**
 * Cuts NDJSON into lines. Of a line that is too long nothing is kept, so that one which never ends needs no memory.
 * @param start position of the first byte of `source` in the input
 * @param limit of one line, in bytes
 * @see https://github.com/ndjson/ndjson-spec
 */
export async function* ndjsonLines(
  source: AsyncIterable<Uint8Array>,
  start: number,
  limit: number,
): AsyncGenerator<RawLine> {
  let parts: Uint8Array[] = [];
  /** Bytes of the line so far, whether kept or not. */
  let size = 0;
  let end = start;
  const take = (): Buffer | undefined => {
    const [first] = parts;
    const bytes =
      size > limit
        ? undefined
        : parts.length === 1 && first !== undefined
          ? Buffer.from(first.buffer, first.byteOffset, first.length)
          : Buffer.concat(parts);
    parts = [];
    size = 0;
    return bytes;
  };
  for await (const chunk of source) {
    for (let from = 0; from < chunk.length; ) {
      const feed = chunk.indexOf(LINE_FEED, from);
      const to = feed < 0 ? chunk.length : feed;
      size += to - from;
      if (size > limit) parts = [];
      else if (to > from) parts.push(chunk.subarray(from, to));
      end += to - from;
      from = to + 1;
      if (feed < 0) break;
      end += 1;
      yield { bytes: take(), end };
    }
  }
  if (size > 0) yield { bytes: take(), end };
}
