import { toString as qrCode } from 'qrcode';
import { html, trusted } from '../html.ts';
import type { Html } from '../html.ts';

/** The key of an authenticator app: as a picture to scan, as text to type, and as a link for the same device. */
export async function totpKey(
  texts: { readonly qrLabel: string; readonly secret: string; readonly openApp: string },
  key: { readonly secret: string; readonly uri: string },
): Promise<Html> {
  const svg = await qrCode(key.uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 });
  return html`<div class="qr" role="img" aria-label="${texts.qrLabel}">${trusted(svg)}</div>
<p>${texts.secret}: <code>${grouped(key.secret)}</code></p>
<p><a href="${key.uri}">${texts.openApp}</a></p>`;
}

function grouped(secret: string): string {
  return (secret.match(/.{1,4}/g) ?? []).join(' ');
}
