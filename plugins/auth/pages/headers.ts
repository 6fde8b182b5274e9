import type { ServerResponse } from 'node:http';

/** What a page needs beyond text and style. */
export interface HeaderOptions {
  /** Where the sign-in ends, because browsers apply `form-action` to redirects too. */
  readonly redirectUri?: string;
  /** The page asks for passkeys. */
  readonly script?: boolean;
  /** The page shows the manufacturer's logo. */
  readonly image?: boolean;
}

/**
 * Security headers of a page. Forms go to this origin and, by redirect, to the app's; what a page does not need is
 * closed.
 * @see IT-Grundschutz APP.3.1.A21
 */
export function pageHeaders(
  secure: boolean,
  options: HeaderOptions = {},
): Readonly<Record<string, string>> {
  const { redirectUri, script = false, image = false } = options;
  const target = redirectUri === undefined ? '' : ` ${formTarget(redirectUri)}`;
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    ...(script ? ["script-src 'self'"] : []),
    ...(image ? ["img-src 'self'"] : []),
    `form-action 'self'${target}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  const passkeys = script ? '(self)' : '()';
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    // Not no-referrer: browsers would then send `Origin: null` with our own forms.
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': `camera=(), geolocation=(), microphone=(), publickey-credentials-create=${passkeys}, publickey-credentials-get=${passkeys}`,
    ...(secure ? { 'Strict-Transport-Security': 'max-age=63072000; includeSubDomains' } : {}),
  };
}

/** Sends a page. */
export function sendPage(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { ...headers, 'Content-Length': String(Buffer.byteLength(body)) });
  response.end(body);
}

/** Sends the browser to a page of this origin, with GET. @param path one of our own, never what a request says */
export function sendTo(response: ServerResponse, path: string): void {
  response.writeHead(303, { Location: path, 'Cache-Control': 'no-store', 'Content-Length': '0' });
  response.end();
}

function formTarget(redirectUri: string): string {
  const url = URL.parse(redirectUri);
  if (url === null) return '';
  const target = url.protocol === 'http:' || url.protocol === 'https:' ? url.origin : url.protocol;
  return /^[A-Za-z0-9:/.[\]+-]+$/.test(target) ? target : '';
}
