import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { idOfPlaces, placesOfId } from './id-symbols.ts';

/** Characters of the tag: 96 bits. */
const TAG = 16;

/** First character of every pseudonym of this kind: no UUID begins with it. */
const MARK = 'p';

/** Longest id that has a pseudonym of at most 64 characters. */
export const LONGEST_TEXT_ID = 64 - MARK.length - TAG;

/** A keyed injection of ids into ids that are recognised as such. */
export interface TextCipher {
  /** @returns undefined where the id is too long to have a pseudonym */
  encrypt(id: string): string | undefined;
  /** @returns undefined where the text is no pseudonym that was made with these keys */
  decrypt(pseudonym: string): string | undefined;
}

/**
 * Deterministic authenticated encryption of ids that are no UUIDs, after the construction of SIV: the tag is a MAC of the
 * id, and starts the key stream that hides the id. The key stream is added to the places of the characters modulo 64, so
 * that the result is an id again; a byte of AES-CTR modulo 64 is as even as the byte.
 * @param macKey 32 bytes
 * @param streamKey 32 bytes
 * @see https://www.rfc-editor.org/rfc/rfc5297
 */
export function createTextCipher(macKey: Buffer, streamKey: Buffer): TextCipher {
  const tagOf = (id: string): string =>
    idOfPlaces([...createHmac('sha256', macKey).update(id).digest().subarray(0, TAG)]);
  const stream = (tag: string, length: number): Buffer => {
    const start = Buffer.from(tag, 'latin1');
    return createCipheriv('aes-256-ctr', streamKey, start).update(Buffer.alloc(length));
  };
  const shifted = (text: string, tag: string, sign: 1 | -1): string | undefined => {
    const places = placesOfId(text);
    if (places === undefined) return undefined;
    const key = stream(tag, places.length);
    return idOfPlaces(places.map((place, index) => place + sign * (key[index] ?? 0)));
  };
  return {
    encrypt(id) {
      if (id.length === 0 || id.length > LONGEST_TEXT_ID) return undefined;
      const tag = tagOf(id);
      const hidden = shifted(id, tag, 1);
      return hidden === undefined ? undefined : MARK + tag + hidden;
    },
    decrypt(pseudonym) {
      if (!pseudonym.startsWith(MARK) || pseudonym.length <= MARK.length + TAG) return undefined;
      const tag = pseudonym.slice(MARK.length, MARK.length + TAG);
      const id = shifted(pseudonym.slice(MARK.length + TAG), tag, -1);
      if (id === undefined || placesOfId(tag) === undefined) return undefined;
      return timingSafeEqual(Buffer.from(tagOf(id)), Buffer.from(tag)) ? id : undefined;
    },
  };
}
