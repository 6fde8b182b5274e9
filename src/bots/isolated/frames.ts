/** A message on the channel between the server and the process of a bot: JSON, and bytes beside it. */
export interface Frame {
  readonly value: unknown;
  readonly bytes?: Uint8Array;
}

/** Largest JSON of a frame in bytes: a result in full, with every character escaped. */
const MAX_JSON = 32_000_000;

/** Largest bytes of a frame. */
const MAX_BYTES = 50_000_000;

const HEAD = 8;

/** A frame as it travels: both lengths, the JSON, the bytes. */
export function encodeFrame({ value, bytes }: Frame): readonly Uint8Array[] {
  const json = Buffer.from(JSON.stringify(value), 'utf8');
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(json.length, 0);
  head.writeUInt32BE(bytes?.length ?? 0, 4);
  return bytes === undefined || bytes.length === 0 ? [head, json] : [head, json, bytes];
}

/** What is read from a channel is no frame: too large, or no JSON. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/**
 * Puts frames together from what arrives. It holds no more than one frame that is not whole yet.
 */
export class FrameReader {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #needed = HEAD;

  /** @param limit largest frame in bytes */
  constructor(limit: number = MAX_JSON + MAX_BYTES) {
    this.#limit = limit;
  }

  /**
   * Takes in what arrived.
   * @returns the frames that are whole now
   * @throws FrameError
   */
  read(chunk: Uint8Array): readonly Frame[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return [];
    let rest = Buffer.concat(this.#chunks);
    const frames: Frame[] = [];
    this.#needed = HEAD;
    while (rest.length >= HEAD) {
      const json = rest.readUInt32BE(0);
      const bytes = rest.readUInt32BE(4);
      if (json > MAX_JSON || bytes > MAX_BYTES || json + bytes > this.#limit) {
        throw new FrameError('A frame is too large');
      }
      this.#needed = HEAD + json + bytes;
      if (rest.length < this.#needed) break;
      frames.push(readFrame(rest.subarray(HEAD, this.#needed), json));
      rest = rest.subarray(this.#needed);
      this.#needed = HEAD;
    }
    // A copy, so that a few bytes left over do not keep all that came before them.
    this.#chunks = rest.length === 0 ? [] : [Buffer.from(rest)];
    this.#size = rest.length;
    return frames;
  }
}

function readFrame(content: Buffer, json: number): Frame {
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8', 0, json));
  } catch {
    throw new FrameError('A frame is no JSON');
  }
  return json === content.length
    ? { value }
    : { value, bytes: new Uint8Array(content.subarray(json)) };
}
