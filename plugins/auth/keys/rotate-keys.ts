import type { KeyFileText, TokenAlgorithm } from './key-file.ts';
import { newSecret, newSigningKey, parseKeyFile } from './key-file.ts';
import { signingSchedule } from './signing-schedule.ts';

/** A signing key and what it is doing at a moment. */
export interface KeyState {
  readonly kid: string;
  readonly alg: TokenAlgorithm;
  /** `next`: published, signs later. `active`: signs. `retiring`: its tokens may live. `over`: can be removed. */
  readonly state: 'next' | 'active' | 'retiring' | 'over';
  /** Seconds since 1970 from which on it signs; 0: always. */
  readonly signsFrom: number;
}

/** Seconds that the longest token lives, with a margin for clocks. */
const TOKEN_LIFE = 360;

/** The signing keys in the text of a key file. @throws FhirError `AUTH_KEYS_INVALID` */
export function keyStates(text: string, now: number): readonly KeyState[] {
  const { keys } = parseKeyFile(text).signing;
  const { active, published } = signingSchedule(keys, now, TOKEN_LIFE);
  return keys.map((key) => {
    const { alg, kid, signs_from: signsFrom = 0 } = key;
    const waiting = signsFrom > now ? 'next' : 'retiring';
    const state = key === active ? 'active' : published.includes(key) ? waiting : 'over';
    return { kid, alg, state, signsFrom };
  });
}

/**
 * Adds a signing key that is published as soon as servers read the file, and signs after a while, when everybody who
 * verifies has seen it. @param signsFrom seconds since 1970
 */
export async function addSigningKey(
  text: string,
  alg: TokenAlgorithm,
  signsFrom: number,
): Promise<string> {
  const file = read(text);
  const key = await newSigningKey(alg, signsFrom);
  return print({ ...file, signing: { keys: [...file.signing.keys, key] } });
}

/** Removes signing keys whose tokens have all expired. */
export function removeOldKeys(text: string, now: number): string {
  const file = read(text);
  const over = keyStates(text, now).filter(({ state }) => state === 'over');
  const gone = new Set(over.map(({ kid }) => kid));
  return print({
    ...file,
    signing: { keys: file.signing.keys.filter(({ kid }) => !gone.has(kid)) },
  });
}

/** Removes a signing key at once, because somebody else knows it: tokens of it are refused from then on. */
export function dropSigningKey(text: string, kid: string): string {
  const file = read(text);
  const keys = file.signing.keys.filter((key) => key.kid !== kid);
  if (keys.length === file.signing.keys.length) throw new TypeError(`There is no key ${kid}.`);
  return print({ ...file, signing: { keys } });
}

/** Puts a new cookie key first; the one before still verifies, older ones go. */
export function rotateCookieKey(text: string): string {
  const file = read(text);
  return print({ ...file, cookie: [newSecret(), ...file.cookie.slice(0, 1)] });
}

/** Puts a new encryption key first; all before stay, since what they have sealed is still to be opened. */
export function rotateEncryptionKey(text: string): string {
  const file = read(text);
  const id = Math.max(...file.encryption.map((one) => one.id)) + 1;
  return print({ ...file, encryption: [{ id, key: newSecret() }, ...file.encryption] });
}

function read(text: string): KeyFileText {
  parseKeyFile(text);
  return JSON.parse(text) as KeyFileText;
}

/** @throws FhirError `AUTH_KEYS_INVALID` for what no server would take */
function print(file: KeyFileText): string {
  const text = `${JSON.stringify(file, undefined, 2)}\n`;
  parseKeyFile(text);
  return text;
}
