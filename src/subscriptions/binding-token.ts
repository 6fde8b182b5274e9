import { createHmac, timingSafeEqual } from 'node:crypto';
import type { PrincipalClaims } from '../access/principal.ts';

/** What a token binds: a Subscription to the identity that asked for it, for a while. */
export interface Binding {
  readonly subscription: string;
  readonly claims: PrincipalClaims;
  /** The login that it was asked for under: with it, the binding ends. */
  readonly loginId?: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** Milliseconds that a token holds. */
export const TOKEN_LIFE = 3_600_000;

/** Prints a binding as a token that only this server can make. */
export function printBinding(secret: Buffer, binding: Binding): string {
  const text = Buffer.from(JSON.stringify(binding)).toString('base64url');
  return `${text}.${sign(secret, text)}`;
}

/** Reads a token; undefined where it is none of this server's, or has expired. @param now milliseconds since 1970 */
export function readBinding(secret: Buffer, token: string, now: number): Binding | undefined {
  const [text = '', signature = ''] = token.length > 8_192 ? [] : token.split('.');
  const expected = Buffer.from(sign(secret, text));
  const actual = Buffer.from(signature);
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
  const binding = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Binding;
  return binding.expires > now ? binding : undefined;
}

function sign(secret: Buffer, text: string): string {
  return createHmac('sha256', secret).update(`binding ${text}`).digest('base64url');
}
