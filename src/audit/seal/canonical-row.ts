import { hash } from 'node:crypto';
import type { AuditRow } from '../audit-row.ts';

/** A row of the ledger as PostgreSQL prints it in JSON; members that are null count as absent. */
export type LedgerRow = Readonly<Record<string, string | number | boolean | null>>;

/** Version of the form below; it is part of what is hashed. */
export const RECORD_FORM = 1;

/**
 * Members that whom the row is about may see, whoever acted. The others, and whatever columns are added later, are
 * committed to by a hash of their own, so that a patient can verify their record without learning, say, an address.
 */
const OPEN: ReadonlySet<string> = new Set([
  'seq',
  'recorded',
  'interaction',
  'outcome',
  'agent',
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
  const open: [string, string | number | boolean][] = [];
  const hidden: [string, string | number | boolean][] = [
    ['$blind', blind.subarray(16).toString('base64url')],
  ];
  for (const name of Object.keys(row).sort()) {
    const value = row[name];
    if (value === null || value === undefined) continue;
    if (!OPEN.has(name)) hidden.push([name, value]);
    else open.push([name, name === 'recorded' ? utcInstant(String(value)) : value]);
  }
  const restricted = print(hidden);
  const record = print([
    ['$blind', blind.subarray(0, 16).toString('base64url')],
    ['$form', RECORD_FORM],
    ['$restricted', hash('sha256', restricted, 'base64url')],
    // A dollar sign sorts before all letters.
    ...open,
  ]);
  return { record, restricted };
}

/** Members in order, as RFC 8785 prints texts and whole numbers: what JSON.stringify does. */
function print(members: readonly (readonly [string, string | number | boolean])[]): string {
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}

/** Inner and outer key of HMAC, by key. */
const pads = new WeakMap<Buffer, readonly [inner: Buffer, outer: Buffer]>();

/**
 * HMAC-SHA-256, made of two plain hashes: setting up an object for it takes longer than all else that is done for a row.
 * @see https://www.rfc-editor.org/rfc/rfc2104
 */
export function randomBits(key: Buffer, message: string): Buffer {
  let both = pads.get(key);
  if (both === undefined) {
    const padded = Buffer.concat([key], 64);
    both = [padded.map((byte) => byte ^ 0x36), padded.map((byte) => byte ^ 0x5c)].map((pad) =>
      Buffer.from(pad),
    ) as [Buffer, Buffer];
    pads.set(key, both);
  }
  const inner = hash('sha256', Buffer.concat([both[0], Buffer.from(message)]), 'buffer');
  return hash('sha256', Buffer.concat([both[1], inner]), 'buffer');
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
