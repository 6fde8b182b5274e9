import { randomBytes } from 'node:crypto';
import type { DigaParts } from './diga-parts.ts';

/** A multipart body with the value of its `Content-Type` header field. */
export interface MultipartBody {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/**
 * Writes the four parts in the order of the interface: iksender, ikempfaenger, verfahren, nutzdaten.
 * @see RFC 7578
 */
export function writeDigaMultipart(
  parts: DigaParts,
  filename: 'anfrage.cms' | 'antwort.cms' = 'anfrage.cms',
): MultipartBody {
  const boundary = `diga-${randomBytes(24).toString('hex')}`;
  const text = (name: 'iksender' | 'ikempfaenger' | 'verfahren'): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n` +
    `Content-Type: text/plain; charset=utf-8\r\n\r\n${parts[name]}\r\n`;
  const head =
    `${text('iksender')}${text('ikempfaenger')}${text('verfahren')}--${boundary}\r\n` +
    `Content-Disposition: form-data; name="nutzdaten"; filename="${filename}"\r\n` +
    'Content-Type: application/octet-stream\r\n\r\n';
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([
      Buffer.from(head, 'latin1'),
      parts.nutzdaten,
      Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'),
    ]),
  };
}
