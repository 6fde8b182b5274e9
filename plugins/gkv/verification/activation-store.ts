import type { PruefungVerfahren } from '../../../lib/gkv/index.ts';
import type { Database, SqlClient } from '../../../src/plugin/sdk.ts';

/** State of an activation; see the README for how it changes. */
export type ActivationState = 'VERIFYING' | 'VERIFIED' | 'REFUSED' | 'MANUAL' | 'ABANDONED';

/** An activation on the billing side. */
export interface Activation {
  readonly billingId: string;
  readonly state: ActivationState;
  readonly codeSealed: Buffer | null;
  readonly kostentraegerkuerzel: string;
  readonly ikKrankenkasse: string;
  readonly verfahren: PruefungVerfahren;
  readonly attempts: number;
  readonly claimedUntil: Date | null;
  readonly decidedAt: Date | null;
  readonly lastFailure: string | null;
  readonly digaVeId: string | null;
  readonly serviceDay: string | null;
  readonly errorNumber: number | null;
}

/** What is known when a code comes in. */
export interface NewActivation {
  readonly billingId: string;
  readonly codeHmac: Buffer;
  readonly codeSealed: Buffer;
  readonly kostentraegerkuerzel: string;
  readonly ikKrankenkasse: string;
  readonly verfahren: PruefungVerfahren;
}

const COLUMNS = `billing_id as "billingId", state, code_sealed as "codeSealed", kostentraegerkuerzel,
  ik_krankenkasse as "ikKrankenkasse", verfahren, attempts, claimed_until as "claimedUntil", decided_at as "decidedAt",
  last_failure as "lastFailure", digaveid as "digaVeId", service_day as "serviceDay", error_number as "errorNumber"`;

/** Table `gkv_activation`. Every change names the state it starts from, so that a decision is made once. */
export function activationStore(billing: Database) {
  const one = async (
    client: SqlClient,
    text: string,
    values: readonly unknown[],
  ): Promise<Activation | undefined> => (await client.query<Activation>({ text, values }))[0];
  return {
    /** @returns false when the code or the billing id has an activation already */
    async insert(tx: SqlClient, activation: NewActivation, now: number): Promise<boolean> {
      const rows = await tx.query({
        text: `insert into gkv_activation (billing_id, state, code_hmac, code_sealed, kostentraegerkuerzel,
            ik_krankenkasse, verfahren, started_at)
          values ($1, 'VERIFYING', $2, $3, $4, $5, $6, $7) on conflict do nothing returning 1`,
        values: [
          activation.billingId,
          activation.codeHmac,
          activation.codeSealed,
          activation.kostentraegerkuerzel,
          activation.ikKrankenkasse,
          activation.verfahren,
          new Date(now),
        ],
      });
      return rows.length === 1;
    },
    read: (billingId: string, client: SqlClient = billing) =>
      one(client, `select ${COLUMNS} from gkv_activation where billing_id = $1`, [billingId]),
    /** The activation that a code belongs to; of refused ones the latest. */
    byCode: (codeHmac: Buffer) =>
      one(
        billing,
        `select ${COLUMNS} from gkv_activation where code_hmac = $1
          order by state in ('VERIFYING', 'VERIFIED', 'MANUAL') desc, started_at desc limit 1`,
        [codeHmac],
      ),
    /** Takes the billing id of a redemption that never got here, so that it cannot come later. */
    async abandon(billingId: string, now: number): Promise<void> {
      await billing.query({
        text: `insert into gkv_activation (billing_id, state, started_at, decided_at)
          values ($1, 'ABANDONED', $2, $2) on conflict do nothing`,
        values: [billingId, new Date(now)],
      });
    },
    /** Takes the next attempt for this process; a claim of a dead one lapses. */
    claim: (billingId: string, now: number, until: number) =>
      one(
        billing,
        `update gkv_activation set claimed_until = $3, attempts = attempts + 1
          where billing_id = $1 and state = 'VERIFYING' and (claimed_until is null or claimed_until <= $2)
          returning ${COLUMNS}`,
        [billingId, new Date(now), new Date(until)],
      ),
    verified: (
      tx: SqlClient,
      billingId: string,
      digaVeId: string,
      serviceDay: string,
      now: number,
    ) =>
      one(
        tx,
        `update gkv_activation set state = 'VERIFIED', digaveid = $2, service_day = $3, decided_at = $4,
            claimed_until = null, last_failure = null,
            code_sealed = case when verfahren = 'TDFC0' then null else code_sealed end
          where billing_id = $1 and state = 'VERIFYING' returning ${COLUMNS}`,
        [billingId, digaVeId, serviceDay, new Date(now)],
      ),
    refused: (tx: SqlClient, billingId: string, errorNumber: number, now: number) =>
      one(
        tx,
        `update gkv_activation set state = 'REFUSED', error_number = $2, decided_at = $3, code_sealed = null,
            claimed_until = null
          where billing_id = $1 and state = 'VERIFYING' returning ${COLUMNS}`,
        [billingId, errorNumber, new Date(now)],
      ),
    failed: (tx: SqlClient, billingId: string, failure: string, state: 'VERIFYING' | 'MANUAL') =>
      one(
        tx,
        `update gkv_activation set state = $3, last_failure = $2, claimed_until = null
          where billing_id = $1 and state = 'VERIFYING' returning ${COLUMNS}`,
        [billingId, failure, state],
      ),
    /** Begins anew what a person had been asked to look into. */
    restart: (tx: SqlClient, billingId: string) =>
      one(
        tx,
        `update gkv_activation set state = 'VERIFYING', attempts = 0, claimed_until = null
          where billing_id = $1 and state = 'MANUAL' returning ${COLUMNS}`,
        [billingId],
      ),
    /** Why there is no invoice yet. */
    async unbilled(billingId: string, failure: string): Promise<void> {
      await billing.query({
        text: 'update gkv_activation set last_failure = $2 where billing_id = $1',
        values: [billingId, failure],
      });
    },
    /** Activations under way and verified ones without invoice. */
    async open(): Promise<
      readonly { readonly billingId: string; readonly state: ActivationState }[]
    > {
      return billing.query({
        text: `select billing_id as "billingId", state from gkv_activation activation
          where state = 'VERIFYING' or (state = 'VERIFIED' and verfahren = 'EDFC0' and not exists (
            select from gkv_invoice invoice
            where invoice.billing_id = activation.billing_id and invoice.state <> 'CREATED'))`,
      });
    },
  };
}

/** Table `gkv_activation`. */
export type ActivationStore = ReturnType<typeof activationStore>;
