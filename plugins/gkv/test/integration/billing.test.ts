import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveSeal } from '../../keys/archive-seal.ts';
import { invoiceContext } from '../../billing/invoice-store.ts';
import {} from '../support/databases.ts';
import { type Ground, ground } from '../support/ground.ts';
import { until } from '../support/until.ts';

jest.setTimeout(180_000);

interface InvoiceRow {
  readonly number: string;
  readonly state: string;
  readonly attempts: number;
  readonly last_failure: string | null;
  readonly xml_sealed: Buffer;
  readonly sha256: Buffer;
}

describe('billing', () => {
  let on: Ground;
  beforeAll(async () => {
    on = await ground();
  }, 180_000);
  afterAll(() => on.close(), 30_000);

  /** Redeems so that the verification passes, and only what follows meets the fault. */
  const redeemThen = async (
    kind: string,
    more: object,
    order: object = {},
  ): Promise<{ code: string; billingId: string }> => {
    const code = await on.insurers.code(order);
    // The bot takes far longer to start than this line.
    await on.server.redeem(`Patient/${code.toLowerCase()}`, code);
    await on.insurers.fault(kind, more);
    const [row] = await on.server.billing.query<{ billing_id: string }>({
      text: 'select billing_id from gkv_activation order by started_at desc limit 1',
    });
    return { code, billingId: row?.billing_id ?? '' };
  };
  const invoiceOf = async (billingId: string): Promise<InvoiceRow | undefined> =>
    (
      await on.server.billing.query<InvoiceRow>({
        text: 'select * from gkv_invoice where billing_id = $1',
        values: [billingId],
      })
    )[0];
  const settled = (billingId: string): Promise<void> =>
    until(
      'the invoice to be decided',
      async () => ((await invoiceOf(billingId))?.state ?? 'CREATED') !== 'CREATED',
      120_000,
    );

  test.each([
    ['fail', {}],
    ['no-body', { processed: true }],
    ['http-500', { processed: true }],
    ['garbage', {}],
    ['wrong-key', {}],
    ['wrong-recipient', {}],
    ['hang', { processed: true }],
  ])(
    '[R-192] %s while billing (%j): the same invoice under the same number, accepted once',
    async (kind, more) => {
      const { code, billingId } = await redeemThen(kind, { count: 1, ...more });
      await settled(billingId);
      const invoice = await invoiceOf(billingId);
      const { state, attempts, last_failure: failure } = invoice ?? {};
      expect({ state, failure }).toEqual({ state: 'ACCEPTED', failure: null });
      expect(attempts).toBeGreaterThanOrEqual(2);
      const numbers = (await on.insurers.exchanges())
        .filter((one) => one.freischaltcode === code && one.verfahren === 'EDRE0')
        .map((one) => one.invoiceNumber);
      expect(new Set(numbers)).toEqual(new Set([invoice?.number]));
    },
  );

  test('[R-187] the invoice is archived as it was sent, and its digest proves it', async () => {
    const { code, billingId } = await redeemThen('none', {});
    await settled(billingId);
    const invoice = await invoiceOf(billingId);
    const file = JSON.parse(
      await readFile(join(on.dataDirectory, 'billing-keys.json'), 'utf8'),
    ) as { sealing: [{ key: string }] };
    const seal = archiveSeal([{ id: 1, key: Buffer.from(file.sealing[0].key, 'base64url') }]);
    const xml = seal.open(
      invoice?.xml_sealed ?? Buffer.of(),
      invoiceContext(invoice?.number ?? ''),
    );
    expect(
      createHash('sha256')
        .update(xml)
        .digest()
        .equals(invoice?.sha256 ?? Buffer.of()),
    ).toBe(true);
    expect(xml.toString()).toContain(
      `<ram:BuyerAssignedID schemeID="XR02">${code}</ram:BuyerAssignedID>`,
    );
    const [report] = await on.server.billing.query<{ report: { documentHash: string } }>({
      text: 'select report from gkv_invoice where billing_id = $1',
      values: [billingId],
    });
    expect(report?.report.documentHash).toBe('match');
  });

  test('an insurer that takes invoices by post: the invoice is written, and a person sends it', async () => {
    const { code, billingId } = await redeemThen('none', {}, { insurer: 'SD' });
    await settled(billingId);
    expect((await invoiceOf(billingId))?.state).toBe('MANUAL');
    const sent = (await on.insurers.exchanges()).filter(
      (one) => one.freischaltcode === code && one.verfahren === 'EDRE0',
    );
    expect(sent).toEqual([]);
  });

  test('a prescription unit without price: the patient has the entitlement, the operator the alarm, the code is not lost', async () => {
    const code = await on.insurers.code({ digaVeId: '12345009' });
    expect((await on.server.redeem('Patient/unpriced', code)).status).toBe(200);
    const failure = async (): Promise<string | null | undefined> =>
      (
        await on.server.billing.query<{ last_failure: string | null }>({
          text: `select last_failure from gkv_activation where digaveid = '12345009'`,
        })
      )[0]?.last_failure;
    await until('the alarm', async () => (await failure()) === 'PRICE_MISSING');
    const waiting = (): Promise<readonly unknown[]> =>
      on.server.billing.query({
        text: `select from diga_job where name like '%bill' and run_at > now()`,
      });
    // The failure is recorded while the job still runs; then it is put back to be tried again.
    await until('the next attempt', async () => (await waiting()).length > 0);
  });
});
