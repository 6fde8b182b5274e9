import type { Database, SqlClient } from '../../../src/plugin/sdk.ts';

/** State of an invoice; MANUAL: a person sends it or looks into it. */
export type InvoiceState = 'CREATED' | 'ACCEPTED' | 'REJECTED' | 'MANUAL';

/** An invoice as it is kept. */
export interface StoredInvoice {
  readonly number: string;
  readonly billingId: string;
  readonly state: InvoiceState;
  readonly xmlSealed: Buffer;
  readonly attempts: number;
  readonly claimedUntil: Date | null;
}

/** An invoice that has just been built. */
export interface NewInvoice {
  readonly number: string;
  readonly billingId: string;
  readonly state: 'CREATED' | 'MANUAL';
  readonly issueDate: string;
  readonly buyerIk: string;
  readonly netCents: number;
  readonly xmlSealed: Buffer;
  readonly sha256: Buffer;
}

/** What the insurer's report says, without its texts. */
export interface ReportSummary {
  readonly recommendation: string;
  readonly documentHash: string;
  readonly messages: readonly {
    readonly step: string;
    readonly code: string;
    readonly level: string;
  }[];
  readonly warnings: readonly string[];
}

const COLUMNS = `number, billing_id as "billingId", state, xml_sealed as "xmlSealed", attempts,
  claimed_until as "claimedUntil"`;

/** Place that a sealed invoice is bound to. */
export function invoiceContext(number: string): string {
  return `gkv_invoice/${number}`;
}

/** Table `gkv_invoice`. Number, bytes and activation of an invoice never change; triggers see to it. */
export function invoiceStore(billing: Database) {
  const one = async (
    client: SqlClient,
    text: string,
    values: readonly unknown[],
  ): Promise<StoredInvoice | undefined> => (await client.query<StoredInvoice>({ text, values }))[0];
  return {
    of: (billingId: string) =>
      one(billing, `select ${COLUMNS} from gkv_invoice where billing_id = $1`, [billingId]),
    /** Running number of the next invoice; one that is taken and not used leaves a gap. */
    async nextNumber(): Promise<number> {
      const [row] = await billing.query<{ next: string }>({
        text: `select nextval('gkv_invoice_number') as next`,
      });
      return Number(row?.next);
    },
    /** Writes the invoice down before it is sent. The code lives on in it alone. */
    async insert(invoice: NewInvoice, now: number): Promise<void> {
      const { number, billingId, state, issueDate, buyerIk, netCents, xmlSealed, sha256 } = invoice;
      await billing.transaction(async (tx) => {
        await tx.query({
          text: `insert into gkv_invoice (number, billing_id, state, issue_date, buyer_ik, net_cents, xml_sealed, sha256, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (billing_id) do nothing`,
          values: [
            number,
            billingId,
            state,
            issueDate,
            buyerIk,
            netCents,
            xmlSealed,
            sha256,
            new Date(now),
          ],
        });
        await tx.query({
          text: 'update gkv_activation set code_sealed = null, last_failure = null where billing_id = $1',
          values: [billingId],
        });
      });
    },
    claim: (number: string, now: number, until: number) =>
      one(
        billing,
        `update gkv_invoice set claimed_until = $3, attempts = attempts + 1
          where number = $1 and state = 'CREATED' and (claimed_until is null or claimed_until <= $2) returning ${COLUMNS}`,
        [number, new Date(now), new Date(until)],
      ),
    decide: (
      tx: SqlClient,
      number: string,
      state: 'ACCEPTED' | 'REJECTED',
      report: ReportSummary,
      now: number,
    ) =>
      one(
        tx,
        `update gkv_invoice set state = $2, report = $3::jsonb, decided_at = $4, claimed_until = null, last_failure = null
          where number = $1 and state = 'CREATED' returning ${COLUMNS}`,
        [number, state, JSON.stringify(report), new Date(now)],
      ),
    failed: (tx: SqlClient, number: string, failure: string, state: 'CREATED' | 'MANUAL') =>
      one(
        tx,
        `update gkv_invoice set state = $3, last_failure = $2, claimed_until = null
          where number = $1 and state = 'CREATED' returning ${COLUMNS}`,
        [number, failure, state],
      ),
  };
}

/** Table `gkv_invoice`. */
export type InvoiceStore = ReturnType<typeof invoiceStore>;
