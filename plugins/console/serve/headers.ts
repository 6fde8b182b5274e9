/** Header fields of every answer. */
const COMMON = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/**
 * Header fields of the page. Scripts come from this origin alone. Styles too, and those that Mantine makes at run time (the
 * variables of the theme) carry the nonce, so nothing inline is allowed.
 * @see https://www.w3.org/TR/CSP3/
 */
export function pageHeaders(nonce: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    ...COMMON,
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policy.join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'Referrer-Policy': 'no-referrer',
    'X-Frame-Options': 'DENY',
  };
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

/** Header fields of a file whose name holds the digest of its content: it never changes. */
export function assetHeaders(name: string): Readonly<Record<string, string>> {
  const ending = name.slice(name.lastIndexOf('.') + 1);
  return {
    ...COMMON,
    'Content-Type': TYPES[ending] ?? 'application/octet-stream',
    'Cache-Control': 'public, max-age=31536000, immutable',
    Vary: 'Accept-Encoding',
  };
}

/** Header fields of everything else: refusals, and the page that says why there is none. */
export function messageHeaders(): Readonly<Record<string, string>> {
  return {
    ...COMMON,
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  };
}
