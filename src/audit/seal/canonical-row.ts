import { hash } from 'node:crypto';
import type { AuditRow } from '../audit-row.ts';
import { sha256 } from './hash.ts';

/** A row of the ledger as PostgreSQL prints it in JSON; members that are null count as absent. */
export type LedgerRow = Readonly<Record<string, string | number | boolean | null>>;

/** Version of the form below; it is part of what is hashed. */
export const RECORD_FORM = 1;

/**
 * Members that whom the row is about may see, whoever acted. The others, and whatever columns are added later, are
 * committed to by a hash of their own, so that a patient can verify their record without learning an address, or which
 * member of staff it was.
 */
const OPEN: ReadonlySet<string> = new Set([
  'seq',
  'recorded',
  'interaction',
  'outcome',
  'roles',
  'type',
  'resource_id',
  'version',
  'patient',
  'purpose',
  'client_id',
  'request_id',
  'security_type',
  'security_subtype',
  'detail',
]);

/** True if a member of {@link AuditRow} stands in the open part. */
export function isOpenMember(member: keyof AuditRow): boolean {
  return OPEN.has(member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** The two parts of what the ledger commits to for a row. */
export interface CanonicalRow {
  /** Bytes of the leaf: JSON with the open members and the hash of `restricted`. */
  readonly record: string;
  /** JSON with the other members. */
  readonly restricted: string;
}

/**
 * What a leaf is made of: JSON in canonical form. Each part holds 128 random bits, without which somebody who was given the
 * hash of a neighbouring leaf could find out by trial what its row says.
 *
 * @param blinding key of the period, 32 bytes
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalRow(row: LedgerRow, blinding: Buffer): CanonicalRow {
  const blind = randomBits(blinding, String(row['seq']));
  const values = Object.values(row);
  let open = '';
  let restricted = `{"$blind":"${blind.toString('base64url', 16)}"`;
  for (const { index, name, label } of membersOf(row)) {
    const value = values[index];
    if (value === null || value === undefined) continue;
    if (!OPEN.has(name)) restricted += label + print(value);
    else open += label + print(name === 'recorded' ? utcInstant(String(value)) : value);
  }
  restricted += '}';
  const seal = hash('sha256', restricted, 'base64url');
  const head = `"$blind":"${blind.toString('base64url', 0, 16)}","$form":${String(RECORD_FORM)},"$restricted":"${seal}"`;
  // A dollar sign sorts before all letters.
  return { record: `{${head}${open}}`, restricted };
}

/** A member of a row: where it stands among the row's own, and how its name is printed. */
interface Member {
  readonly index: number;
  readonly name: string;
  /** `,"name":` */
  readonly label: string;
}

/** Names in the order of the row before, and its members in that of the canonical form: nearly all rows have the same. */
let known: { readonly names: readonly string[]; readonly members: readonly Member[] } = {
  names: [],
  members: [],
};

function membersOf(row: LedgerRow): readonly Member[] {
  const names = Object.keys(row);
  const isKnown =
    names.length === known.names.length &&
    names.every((name, index) => name === known.names[index]);
  if (!isKnown) {
    const members = names
      .map((name, index) => ({ index, name, label: `,${JSON.stringify(name)}:` }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    known = { names, members };
  }
  return known.members;
}

/** Texts that stand in JSON as they are. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** A value as RFC 8785 prints texts and whole numbers: what JSON.stringify does. */
function print(value: string | number | boolean): string {
  return typeof value === 'string' && PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
}

/** Inner and outer key of HMAC with room for a message behind each, by key. */
const pads = new WeakMap<Buffer, readonly [inner: Buffer, outer: Buffer]>();

/** Bytes of a block of SHA-256. */
const BLOCK_BYTES = 64;

/**
 * HMAC-SHA-256, made of two plain hashes: setting up an object for it takes longer than all else that is done for a row.
 * @param message digits, 64 at most
 * @see https://www.rfc-editor.org/rfc/rfc2104
 */
export function randomBits(key: Buffer, message: string): Buffer {
  let both = pads.get(key);
  if (both === undefined) {
    const padded = Buffer.concat([key], BLOCK_BYTES);
    both = [padded.map((byte) => byte ^ 0x36), padded.map((byte) => byte ^ 0x5c)].map((pad) =>
      Buffer.concat([pad], BLOCK_BYTES * 2),
    ) as [Buffer, Buffer];
    pads.set(key, both);
  }
  const [inner, outer] = both;
  const bytes = inner.write(message, BLOCK_BYTES, 'latin1');
  const first = sha256(inner.subarray(0, BLOCK_BYTES + bytes));
  first.copy(outer, BLOCK_BYTES);
  return sha256(outer.subarray(0, BLOCK_BYTES + first.length));
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(Z|[+-]\d{2}(?::\d{2})?)$/;

/**
 * A timestamp in UTC with six digits, whatever the time zone of the session it was printed in; anything else unchanged.
 */
export function utcInstant(text: string): string {
  const match = TIMESTAMP.exec(text);
  if (match === null) return text;
  const [, seconds = '', fraction = '', zone = ''] = match;
  const offset = zone.length === 3 ? `${zone}:00` : zone;
  const utc =
    offset === '+00:00' || offset === 'Z'
      ? seconds
      : new Date(`${seconds}${offset}`).toISOString().slice(0, 19);
  return `${utc}.${fraction.padEnd(6, '0')}Z`;
}
