const BIND = 0x42;
const DESCRIBE = 0x44;
const EXECUTE = 0x45;
const SYNC = 0x53;
const PORTAL = 0x50;

/** Execute of the unnamed portal without a limit. */
const EXECUTION = Buffer.from([EXECUTE, 0, 0, 0, 9, 0, 0, 0, 0, 0]);
/** The same and Sync: what has been sent is done and answered now. */
const FINISH = Buffer.from([...EXECUTION, SYNC, 0, 0, 0, 4]);
const DESCRIBE_PORTAL = Buffer.from([DESCRIBE, 0, 0, 0, 6, PORTAL, 0]);

/**
 * Bind, Describe where it is asked for, Execute and Sync as one piece; values and results in text format.
 * @param last false where more statements follow before the Sync
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function bindMessages(
  name: string,
  values: readonly (string | null)[],
  describe: boolean,
  last = true,
): Buffer {
  const finish = last ? FINISH : EXECUTION;
  const lengths = values.map((value) => (value === null ? 0 : Buffer.byteLength(value)));
  const nameLength = Buffer.byteLength(name);
  // Length, empty portal name, statement name, no parameter formats, the parameters, no result formats.
  const bindLength =
    4 + 1 + nameLength + 1 + 2 + 2 + lengths.reduce((sum, length) => sum + 4 + length, 0) + 2;
  const more = describe ? DESCRIBE_PORTAL.length : 0;
  const bytes = Buffer.allocUnsafe(1 + bindLength + more + finish.length);
  let at = bytes.writeUInt8(BIND, 0);
  at = bytes.writeInt32BE(bindLength, at);
  at = bytes.writeUInt8(0, at);
  at += bytes.write(name, at);
  at = bytes.writeUInt8(0, at);
  at = bytes.writeInt16BE(0, at);
  at = bytes.writeUInt16BE(values.length, at);
  for (const [index, value] of values.entries()) {
    if (value === null) {
      at = bytes.writeInt32BE(-1, at);
      continue;
    }
    at = bytes.writeInt32BE(lengths[index] ?? 0, at);
    at += bytes.write(value, at);
  }
  at = bytes.writeInt16BE(0, at);
  if (describe) at += DESCRIBE_PORTAL.copy(bytes, at);
  finish.copy(bytes, at);
  return bytes;
}
