import { createCipheriv, createDecipheriv, createSecretKey, hash } from 'node:crypto';
import { fhirError } from '../outcome/codes.ts';
import { createRandomPool } from '../random-pool.ts';

/** Longest cursor that is looked at. */
const MAX_LENGTH = 16_384;

/**
 * Positions of pages as the client carries them: encrypted, because they hold values of the last entry, and bound to the
 * caller and the search, so that nobody else can go on with them or with another question.
 */
export interface PageLink {
  /** @param binding caller and search that the position belongs to */
  seal(position: readonly string[], binding: string): string;
  /** @throws FhirError `SEARCH_INVALID_PAGE` */
  open(cursor: string, binding: string): readonly string[];
}

/** @param bytes 32 random bytes */
export function createPageLink(bytes: Buffer): PageLink {
  const key = createSecretKey(bytes);
  const random = createRandomPool();
  return {
    seal(position, binding) {
      const iv = random(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      cipher.setAAD(hash('sha256', binding, 'buffer'));
      const sealed = Buffer.concat([
        cipher.update(JSON.stringify(position), 'utf8'),
        cipher.final(),
      ]);
      return Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open(cursor, binding) {
      const bytes = Buffer.from(cursor.length > MAX_LENGTH ? '' : cursor, 'base64url');
      if (bytes.length < 29) throw fhirError('SEARCH_INVALID_PAGE');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), {
          authTagLength: 16,
        });
        decipher.setAAD(hash('sha256', binding, 'buffer'));
        decipher.setAuthTag(bytes.subarray(-16));
        const text = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
        return JSON.parse(text.toString('utf8')) as string[];
      } catch (cause) {
        throw fhirError('SEARCH_INVALID_PAGE', {}, { cause });
      }
    },
  };
}
