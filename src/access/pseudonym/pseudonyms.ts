import { hkdfSync } from 'node:crypto';
import { bearsPseudonyms } from './bears-pseudonyms.ts';
import { createTextCipher, type TextCipher } from './text-cipher.ts';
import { createUuidCipher, isUuid, type UuidCipher } from './uuid-cipher.ts';

/** The names under which one project knows resources. */
export interface Pseudonyms {
  /**
   * The pseudonym of a resource, always the same. Undefined where the id is too long to have one (more than 47 characters
   * and no UUID): then the resource cannot be shown.
   */
  conceal(type: string, id: string): string | undefined;
  /**
   * The id behind what a caller calls a pseudonym. What is none becomes a text that no id can be (`!…`), so that it is as
   * unknown as any other unknown id, everywhere and without a branch of its own; {@link conceal} gives it back unchanged.
   */
  reveal(type: string, pseudonym: string): string;
}

/** Projects whose keys are kept at hand. */
const MAX_PROJECTS = 1000;

/** Begins what is no pseudonym; no FHIR id has the character. */
const NO_ID = '!';

interface Ciphers {
  readonly uuid: UuidCipher;
  readonly text: TextCipher;
}

/**
 * Opens the pseudonyms of all projects. Each project and each resource type has keys of its own, derived from the one of
 * the database by HKDF, so that nothing connects the pseudonyms of two projects, or of two types, without that key.
 * @param master 32 random bytes
 * @see https://www.rfc-editor.org/rfc/rfc5869
 */
export function createPseudonyms(master: Buffer): (project: string) => Pseudonyms {
  const projects = new Map<string, Pseudonyms>();
  return (project) => {
    const known = projects.get(project);
    if (known !== undefined) return known;
    if (projects.size >= MAX_PROJECTS) projects.clear();
    const made = pseudonymsOf(master, project);
    projects.set(project, made);
    return made;
  };
}

function pseudonymsOf(master: Buffer, project: string): Pseudonyms {
  const byType = new Map<string, Ciphers>();
  const key = (type: string, use: string): Buffer => {
    const info = ['diga-server pseudonym v1', project, type, use].join('\0');
    return Buffer.from(hkdfSync('sha256', master, '', info, 32));
  };
  const ciphers = (type: string): Ciphers => {
    const known = byType.get(type);
    if (known !== undefined) return known;
    const made = {
      uuid: createUuidCipher(key(type, 'uuid')),
      text: createTextCipher(key(type, 'text mac'), key(type, 'text stream')),
    };
    byType.set(type, made);
    return made;
  };
  return {
    conceal(type, id) {
      if (!bearsPseudonyms(type)) return id;
      if (id.startsWith(NO_ID)) return id.slice(NO_ID.length);
      const { uuid, text } = ciphers(type);
      return isUuid(id) ? uuid.encrypt(id) : text.encrypt(id);
    },
    reveal(type, pseudonym) {
      if (!bearsPseudonyms(type)) return pseudonym;
      const { uuid, text } = ciphers(type);
      if (isUuid(pseudonym)) return uuid.decrypt(pseudonym);
      return text.decrypt(pseudonym) ?? NO_ID + pseudonym;
    },
  };
}
