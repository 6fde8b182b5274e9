/**
 * Decodes every block of one label in a PEM text.
 * @param label such as `CERTIFICATE` or `PKCS7`
 * @see RFC 7468
 */
export function decodePem(text: string, label: string): readonly Uint8Array[] {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const blocks: Uint8Array[] = [];
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + begin.length)) {
    const from = at + begin.length;
    const to = text.indexOf(end, from);
    if (to < 0) break;
    blocks.push(new Uint8Array(Buffer.from(text.slice(from, to), 'base64')));
  }
  return blocks;
}

/** Encodes DER bytes as one PEM block with lines of 64 characters. */
export function encodePem(der: Uint8Array, label: string): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
