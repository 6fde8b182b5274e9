/** Two years, and hosts below as well. */
const HSTS = 'max-age=63072000; includeSubDomains';

/** Header fields that every answer bears unless it says otherwise. */
export type SecurityHeaders = Readonly<Record<string, string>>;

/**
 * Header fields of every answer. Nothing that is no page may run, be framed, or be kept by a cache; a page brings a policy
 * of its own. They are made once: no request pays for them but by their bytes.
 * @param origin public origin; where it is https, browsers are told to stay with it
 * @see IT-Grundschutz APP.3.1.A21; https://www.rfc-editor.org/rfc/rfc6797
 */
export function securityHeaders(origin: string): SecurityHeaders {
  return Object.freeze({
    'X-Content-Type-Options': 'nosniff',
    // The OpenID Provider adds the digest of its one script (form_post) where a policy names scripts.
    'Content-Security-Policy': "default-src 'none'; script-src 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-store',
    ...(origin.startsWith('https:') ? { 'Strict-Transport-Security': HSTS } : {}),
  });
}
