const BLOCK = 512;

/** A file of an archive. */
export interface TarEntry {
  readonly name: string;
  readonly content: Buffer;
}

/**
 * The plain files of a tar archive (ustar, with GNU and pax long names), one after another.
 * @throws TypeError where the archive is damaged.
 */
export function* readTar(archive: Buffer): Generator<TarEntry> {
  let longName: string | undefined;
  for (let start = 0; start + BLOCK <= archive.length; ) {
    const header = archive.subarray(start, start + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const size = Number.parseInt(text(header, 124, 12).trim() || '0', 8);
    const end = start + BLOCK + size;
    if (!Number.isSafeInteger(size) || size < 0 || end > archive.length) {
      throw new TypeError('The archive is damaged');
    }
    const content = archive.subarray(start + BLOCK, end);
    const kind = text(header, 156, 1);
    const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
    const name = longName ?? (prefix === '' ? '' : `${prefix}/`) + text(header, 0, 100);
    longName = undefined;
    if (kind === 'L') longName = text(content, 0, size);
    else if (kind === 'x') longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString())?.[1];
    else if (kind === '' || kind === '0') yield { name, content };
    start += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** Text up to the first zero byte. */
function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}
