import { randomUUID } from 'node:crypto';
import type {
  AccountIdentity,
  Clock,
  SecurityEvent,
  SignInOrigin,
  SqlClient,
} from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import { randomCode, SUPPORT_CODE_GROUPS } from '../factors/random-code.ts';
import { acrMeets, PHISHING_RESISTANT_ACR } from '../security/assurance.ts';
import type { SupportCodes } from './support-codes.ts';
import type { Operator, SupportDesk, SupportRequest } from './support-desk.ts';
import { unlockAccount, type UnlockParts } from './unlock-account.ts';

/** Seconds in which a request is decided, and in which its code is used. */
const REQUEST_TTL = 86_400;

export interface SupportDeskParts extends UnlockParts {
  readonly supportCodes: SupportCodes;
  readonly identities: (accountId: string) => Promise<readonly AccountIdentity[]>;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly clock: Clock;
}

interface Row {
  readonly id: string;
  readonly account_id: string | null;
  readonly handle_digest: Buffer;
  readonly goal: 'unlock' | 'recovery';
  readonly ticket: string;
  readonly requested_profile: string;
  readonly requested_at: Date;
  readonly expires_at: Date;
}

const COLUMNS =
  'id, account_id, handle_digest, goal, ticket, requested_profile, requested_at, expires_at';

/** The support desk in PostgreSQL; that two people act is a condition of the row, not of the process. */
export function supportDesk(parts: SupportDeskParts): SupportDesk {
  const { accounts, clock, database } = parts;
  const now = (): Date => new Date(clock.now());
  const assertOperator = async (operator: Operator): Promise<void> => {
    const known = await parts.identities(operator.accountId);
    const admin = known.some((one) => one.profile === operator.profile && one.class === 'admin');
    if (!admin || !acrMeets(operator.acr, PHISHING_RESISTANT_ACR)) {
      throw authError('AUTH_OPERATOR_DENIED');
    }
  };
  const record = async (
    operator: Operator,
    row: Row,
    what: string,
    origin: SignInOrigin,
  ): Promise<void> => {
    const account = row.account_id === null ? undefined : await accounts.byId(row.account_id);
    const patient = account?.identities.find(({ profile }) => profile.startsWith('Patient/'));
    await parts.audit({
      type: '110113',
      subtype: '110137',
      outcome: 'serious',
      agent: operator.profile,
      ...(patient === undefined ? {} : { patient: patient.profile }),
      ...(origin.network === undefined ? {} : { network: origin.network }),
      ...(origin.requestId === undefined ? {} : { requestId: origin.requestId }),
      description: `Support desk, ${row.goal}, ticket ${row.ticket}: ${what}`,
    });
  };
  const decide = async (
    tx: SqlClient,
    operator: Operator,
    request: string,
    approved: boolean,
    code: ((row: Row) => Buffer) | undefined,
  ): Promise<Row> => {
    const [row] = await tx.query<Row>({
      text: `UPDATE support_request SET decided_by = $2, decided_at = $3, approved = $4, expires_at = $5
        WHERE id::text = $1 AND decided_at IS NULL AND expires_at > $3 AND (requested_by <> $2 OR NOT $4)
        RETURNING ${COLUMNS}`,
      values: [
        request,
        operator.accountId,
        now(),
        approved,
        new Date(clock.now() + REQUEST_TTL * 1000),
      ],
    });
    if (row === undefined) throw authError('AUTH_REQUEST_UNKNOWN');
    if (approved && row.goal === 'recovery' && code !== undefined) {
      await tx.query({
        text: 'UPDATE support_request SET code_digest = $2 WHERE id = $1',
        values: [row.id, code(row)],
      });
    }
    return row;
  };
  return {
    async request(operator, wish, origin) {
      await assertOperator(operator);
      const account = await accounts.byHandle(wish.handle);
      const [row] = await database.query<Row>({
        text: `INSERT INTO support_request (id, account_id, handle_digest, goal, ticket, requested_by,
            requested_profile, requested_at, expires_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${COLUMNS}`,
        values: [
          randomUUID(),
          account?.id ?? null,
          accounts.digest(wish.handle),
          wish.goal,
          ticketNumber(wish.ticket),
          operator.accountId,
          operator.profile,
          now(),
          new Date(clock.now() + REQUEST_TTL * 1000),
        ],
      });
      if (row === undefined) throw new TypeError('A support request was not kept');
      await record(operator, row, 'requested', origin);
      return read(row);
    },
    async open(operator) {
      await assertOperator(operator);
      const rows = await database.query<Row>({
        text: `SELECT ${COLUMNS} FROM support_request WHERE decided_at IS NULL AND expires_at > $1
          ORDER BY requested_at LIMIT 200`,
        values: [now()],
      });
      return rows.map(read);
    },
    async approve(operator, request, origin) {
      await assertOperator(operator);
      const code = randomCode(SUPPORT_CODE_GROUPS);
      const row = await database.transaction((tx) =>
        decide(tx, operator, request, true, ({ handle_digest }) =>
          parts.supportCodes.digest(handle_digest, code),
        ),
      );
      // The ledger names both before anything opens.
      await record(operator, row, `approved; requested by ${row.requested_profile}`, origin);
      if (row.goal === 'recovery') return { code };
      if (row.account_id !== null) {
        await unlockAccount(parts, row.account_id, row.handle_digest.toString('hex'));
      }
      return {};
    },
    async reject(operator, request, origin) {
      await assertOperator(operator);
      const row = await database.transaction((tx) =>
        decide(tx, operator, request, false, undefined),
      );
      await record(operator, row, 'refused', origin);
    },
  };
}

/** A ticket goes on the ledger, so it is a number and nothing that could be a name or a sentence. */
function ticketNumber(ticket: string): string {
  if (!/^[A-Za-z0-9#/_-]{1,40}$/.test(ticket)) throw authError('AUTH_TICKET_INVALID');
  return ticket;
}

function read(row: Row): SupportRequest {
  return {
    id: row.id,
    goal: row.goal,
    ticket: row.ticket,
    requestedBy: row.requested_profile,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
  };
}
