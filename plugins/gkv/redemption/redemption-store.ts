import type { Database, SqlClient } from '../../../src/plugin/sdk.ts';

/** State of a redemption on the side of the person. */
export type RedemptionState = 'PENDING' | 'GRANTED' | 'ACTIVE' | 'REFUSED' | 'ABANDONED';

/** A redemption on the side of the person. */
export interface Redemption {
  readonly id: string;
  /** Reference `Patient/…`. */
  readonly patient: string;
  readonly state: RedemptionState;
  readonly billingId: string | null;
  readonly coverageId: string;
  readonly digaVeId: string | null;
  readonly periodStart: string | null;
  readonly periodEnd: string | null;
  readonly insurerIk: string | null;
  readonly insurerName: string | null;
  readonly errorNumber: number | null;
}

/** What a redemption begins with. */
export interface NewRedemption
  extends Pick<Redemption, 'id' | 'patient' | 'coverageId' | 'insurerIk' | 'insurerName'> {
  readonly billingId: string;
  readonly billingTag: Buffer;
}

/** What the verdict of the insurer opens. */
export interface Grant {
  readonly digaVeId: string;
  readonly periodStart: string;
  readonly periodEnd: string;
}

const COLUMNS = `id, patient, state, billing_id as "billingId", coverage_id as "coverageId", digaveid as "digaVeId",
  period_start as "periodStart", period_end as "periodEnd", insurer_ik as "insurerIk", insurer_name as "insurerName",
  error_number as "errorNumber"`;

/** Table `gkv_redemption`. Every change names the state it starts from. */
export function redemptionStore(accounts: Database) {
  const one = async (
    client: SqlClient,
    text: string,
    values: readonly unknown[],
  ): Promise<Redemption | undefined> => (await client.query<Redemption>({ text, values }))[0];
  return {
    async insert(tx: SqlClient, redemption: NewRedemption, day: string): Promise<void> {
      const { id, patient, billingId, billingTag, coverageId, insurerIk, insurerName } = redemption;
      await tx.query({
        text: `insert into gkv_redemption (id, patient, state, billing_id, billing_tag, coverage_id, insurer_ik,
            insurer_name, created_on)
          values ($1, $2, 'PENDING', $3, $4, $5, $6, $7, $8)`,
        values: [id, patient, billingId, billingTag, coverageId, insurerIk, insurerName, day],
      });
    },
    /** Takes back a redemption whose code turned out to belong to another one. */
    async remove(id: string): Promise<void> {
      await accounts.query({
        text: `delete from gkv_redemption where id = $1 and state = 'PENDING'`,
        values: [id],
      });
    },
    read: (id: string) =>
      one(accounts, `select ${COLUMNS} from gkv_redemption where id = $1`, [id]),
    byTag: (tag: Buffer) =>
      one(accounts, `select ${COLUMNS} from gkv_redemption where billing_tag = $1`, [tag]),
    /** Last day of what the patient already has of a DiGA. */
    async lastDay(tx: SqlClient, patient: string, digaId: string): Promise<string | undefined> {
      const [row] = await tx.query<{ last: string | null }>({
        text: `select max(period_end) as last from gkv_redemption
          where patient = $1 and state in ('GRANTED', 'ACTIVE') and starts_with(digaveid, $2)`,
        values: [patient, digaId],
      });
      return row?.last ?? undefined;
    },
    grant: (tx: SqlClient, id: string, grant: Grant) =>
      one(
        tx,
        `update gkv_redemption set state = 'GRANTED', digaveid = $2, period_start = $3, period_end = $4
          where id = $1 and state = 'PENDING' returning ${COLUMNS}`,
        [id, grant.digaVeId, grant.periodStart, grant.periodEnd],
      ),
    activate: (id: string) =>
      one(
        accounts,
        `update gkv_redemption set state = 'ACTIVE', billing_id = null
          where id = $1 and state = 'GRANTED' returning ${COLUMNS}`,
        [id],
      ),
    close: (id: string, state: 'REFUSED' | 'ABANDONED', errorNumber: number | null) =>
      one(
        accounts,
        `update gkv_redemption set state = $2, billing_id = null, error_number = $3
          where id = $1 and state = 'PENDING' returning ${COLUMNS}`,
        [id, state, errorNumber],
      ),
    async open(): Promise<readonly { readonly id: string }[]> {
      return accounts.query({
        text: `select id from gkv_redemption where state in ('PENDING', 'GRANTED')`,
      });
    },
  };
}

/** Table `gkv_redemption`. */
export type RedemptionStore = ReturnType<typeof redemptionStore>;
