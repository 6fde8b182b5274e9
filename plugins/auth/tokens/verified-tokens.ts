import { hash } from 'node:crypto';
import type { Clock, TokenClaims } from '../../../src/plugin/sdk.ts';
import type { AccessTokenClaims } from './access-token-schema.ts';
import type { Confirmation } from './possession.ts';

/** Tokens that were verified a moment ago. */
export interface VerifiedTokens {
  get(token: string): VerifiedToken | undefined;
  set(token: string, verified: VerifiedToken): void;
  /** Forgets all: what verifies has changed. */
  clear(): void;
  readonly size: number;
}

/** Claims of a verified token, the grant it hangs on, which service accounts have not. */
export interface VerifiedToken {
  readonly claims: TokenClaims;
  readonly grantKey: string | undefined;
  /** The key that whoever shows it has to hold. */
  readonly bound: Confirmation | undefined;
  /** All that the token says. */
  readonly said: AccessTokenClaims;
}

/**
 * Bounded memory of verified tokens, the least recently used one given up first. Keys are digests, so that a heap dump
 * holds no token; an entry is never used beyond the expiry of its token.
 */
export function verifiedTokens(clock: Clock, limit: number): VerifiedTokens {
  const entries = new Map<string, VerifiedToken>();
  return {
    get size() {
      return entries.size;
    },
    clear: () => {
      entries.clear();
    },
    get(token) {
      const key = hash('sha256', token, 'base64url');
      const found = entries.get(key);
      if (found === undefined) return undefined;
      entries.delete(key);
      if (found.claims.expiresAt * 1000 <= clock.now()) return undefined;
      entries.set(key, found);
      return found;
    },
    set(token, verified) {
      entries.set(hash('sha256', token, 'base64url'), verified);
      if (entries.size <= limit) return;
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    },
  };
}
