import { randomUUID } from 'node:crypto';
import type { AuditRow } from '../audit-row.ts';
import { AUDIT_INSERT_ONE, auditColumns } from '../insert.ts';
import {
  HOLD_TYPE,
  openStatement,
  signStatement,
  type SigningKey,
  verificationKey,
  type VerificationKey,
} from '../seal/checkpoint.ts';
import type { SqlParameters } from '../../storage/search-sql/parameters.ts';

/** A connection of the role that owns the ledger; `Client` of `pg` is one. */
export interface OwnerConnection {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly unknown[]; readonly rowCount?: number | null }>;
}

/** What has to be kept: rows that meet all that is given; at least one is. */
export interface HoldScope {
  /** Id of a patient: what concerns them, and what they did. */
  readonly patient?: string;
  /** `Type/id`: what was done with a resource. */
  readonly resource?: string;
  /** Recorded at or after this instant. */
  readonly from?: string;
  /** Recorded before this instant. */
  readonly to?: string;
}

/** A hold that is in force. */
export interface Hold extends HoldScope {
  readonly id: string;
  /** Instant at which it was placed. */
  readonly time: string;
  /** Why, such as the number of a case; no personal data. */
  readonly reference: string;
}

/** Who signs, for which ledger, and when. */
export interface HoldSigner {
  readonly key: SigningKey;
  /** Name of the ledger in its checkpoints. */
  readonly origin: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const SERVER = 'Device/diga-server';

/** Places a hold, with its row in the ledger. @throws TypeError where nothing says what has to be kept */
export async function placeHold(
  connection: OwnerConnection,
  signer: HoldSigner,
  reference: string,
  scope: HoldScope,
): Promise<Hold> {
  if (Object.keys(scope).length === 0)
    throw new TypeError('A hold names a patient, resource or time');
  const hold = { id: randomUUID(), time: instant(signer), reference, ...scope };
  const what = Object.keys(scope).join(', ');
  await store(connection, signer, hold.id, 'placed', hold, `placed on ${what}: ${reference}`);
  return hold;
}

/** Lifts a hold, with its row in the ledger. @throws TypeError where no such hold is in force */
export async function liftHold(
  connection: OwnerConnection,
  signer: HoldSigner,
  id: string,
  reference: string,
): Promise<void> {
  const holds = await activeHolds(connection);
  if (!holds.some((hold) => hold.id === id)) throw new TypeError(`No hold ${id} is in force`);
  const lift = { id, time: instant(signer), reference };
  await store(connection, signer, id, 'lifted', lift, `lifted: ${reference}`);
}

/**
 * The holds in force, oldest first.
 * @throws TypeError where a statement is not signed by a key of the ledger: rather nothing is removed than too much
 */
export async function activeHolds(connection: OwnerConnection): Promise<readonly Hold[]> {
  const keys = new Map<string, VerificationKey>();
  for (const { kid, jwk } of (await connection.query('select kid, jwk from audit_key'))
    .rows as readonly { kid: string; jwk: string }[]) {
    keys.set(kid, verificationKey(JSON.parse(jwk) as Record<string, unknown>));
  }
  const { rows } = await connection.query('select id, act, jws from audit_hold');
  const placed = new Map<string, Hold>();
  const lifted = new Set<string>();
  for (const { id, act, jws } of rows as readonly { id: string; act: string; jws: string }[]) {
    const said = openStatement(HOLD_TYPE, jws, (kid) => keys.get(kid));
    if (said?.['id'] !== id || said['act'] !== act) {
      throw new TypeError(`The statement of the hold ${id} is not signed by a key of the ledger`);
    }
    if (act === 'lifted') lifted.add(id);
    else placed.set(id, said as unknown as Hold);
  }
  return [...placed.values()]
    .filter(({ id }) => !lifted.has(id))
    .sort((a, b) => (a.time < b.time ? -1 : 1));
}

/** Prints the condition under which a row `a` is held; never null. */
export function heldSql(holds: readonly HoldScope[], parameters: SqlParameters): string {
  const each = holds.map(({ patient, resource, from, to }) => {
    const conditions: string[] = [];
    if (patient !== undefined) {
      const id = parameters.add(patient, 'text');
      conditions.push(
        `(a.patient = ${id} or a.agent = 'Patient/' || ${id} or (a.type = 'Patient' and a.resource_id = ${id}))`,
      );
    }
    if (resource !== undefined) {
      const [type, id] = resource.split('/');
      conditions.push(
        `(a.type = ${parameters.add(type, 'text')} and a.resource_id = ${parameters.add(id, 'text')})`,
      );
    }
    if (from !== undefined) conditions.push(`a.recorded >= ${parameters.add(from, 'timestamptz')}`);
    if (to !== undefined) conditions.push(`a.recorded < ${parameters.add(to, 'timestamptz')}`);
    return `coalesce(${conditions.join(' and ')}, false)`;
  });
  return each.length === 0 ? 'false' : `(${each.join(' or ')})`;
}

async function store(
  connection: OwnerConnection,
  signer: HoldSigner,
  id: string,
  act: 'placed' | 'lifted',
  statement: object,
  detail: string,
): Promise<void> {
  const { key, origin } = signer;
  const jws = signStatement(HOLD_TYPE, { origin, act, ...statement }, key);
  await connection.query('begin');
  try {
    await connection.query(
      'insert into audit_key (kid, jwk) values ($1, $2) on conflict do nothing',
      [key.kid, key.publicJwk],
    );
    await connection.query('insert into audit_hold (id, act, jws) values ($1, $2, $3)', [
      id,
      act,
      jws,
    ]);
    await recordRetention(connection, 'audit-hold', instant(signer), `Legal hold ${id} ${detail}`);
    await connection.query('commit');
  } catch (error) {
    await connection.query('rollback');
    throw error;
  }
}

/** Writes a row of the ledger about the ledger, in the transaction that is open. */
export async function recordRetention(
  connection: OwnerConnection,
  requestId: string,
  recorded: string,
  detail: string,
): Promise<void> {
  const row: AuditRow = {
    recorded,
    interaction: 'security',
    outcome: 0,
    agent: SERVER,
    requestId,
    securityType: '110101',
    detail,
  };
  const columns = auditColumns([row]);
  const places = columns.map(({ type }, index) => `$${String(index + 1)}::${type}`);
  await connection.query(
    AUDIT_INSERT_ONE(places),
    columns.map(({ items }) => items[0]),
  );
}

function instant({ now }: HoldSigner): string {
  return new Date(now).toISOString();
}
