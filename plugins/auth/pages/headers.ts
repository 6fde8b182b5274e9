import type { ServerResponse } from 'node:http';

/**
 * Security headers of a page. Scripts do not exist; forms go to this origin and, by redirect, to the app's.
 * @param redirectUri where the sign-in ends, because browsers apply `form-action` to redirects too.
 * @see IT-Grundschutz APP.3.1.A21
 */
export function pageHeaders(
  secure: boolean,
  redirectUri?: string,
): Readonly<Record<string, string>> {
  const target = redirectUri === undefined ? '' : ` ${formTarget(redirectUri)}`;
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none'; style-src 'self'; form-action 'self'${target}; base-uri 'none'; frame-ancestors 'none'`,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    // Not no-referrer: browsers would then send `Origin: null` with our own forms.
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
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

function formTarget(redirectUri: string): string {
  const url = URL.parse(redirectUri);
  if (url === null) return '';
  const target = url.protocol === 'http:' || url.protocol === 'https:' ? url.origin : url.protocol;
  return /^[A-Za-z0-9:/.[\]+-]+$/.test(target) ? target : '';
}
