import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { invoiceContext } from '../../billing/invoice-store.ts';
import { exchangeContext } from '../../exchange/exchange-log.ts';
import { archiveSeal } from '../../keys/archive-seal.ts';
import { type DatabaseUrls, openDatabase } from '../support/databases.ts';
import { type Ground, ground } from '../support/ground.ts';
import { until } from '../support/until.ts';

jest.setTimeout(60_000);

const AREAS = ['accounts', 'billing', 'clinical'] as const;

describe('data areas after an activation', () => {
  let on: Ground;
  let code: string;
  const owners = new Map<keyof DatabaseUrls, pg.Client>();
  beforeAll(async () => {
    on = await ground();
    for (const area of AREAS) owners.set(area, await on.databases.owner(area));
    code = await on.insurers.code();
    await on.server.redeem('Patient/secret', code);
    await until(
      'the invoice',
      async () =>
        (await rows('billing', `select from gkv_invoice where state = 'ACCEPTED'`)).length === 1,
    );
  }, 180_000);
  afterAll(async () => {
    for (const owner of owners.values()) await owner.end();
    await on.close();
  });

  const rows = async <Row>(area: keyof DatabaseUrls, text: string): Promise<readonly Row[]> =>
    ((await owners.get(area)?.query(text))?.rows ?? []) as Row[];
  /** Every row of every table as text; bytes are hexadecimal there. */
  const dump = async (area: keyof DatabaseUrls): Promise<string> => {
    const tables = await rows<{ name: string }>(
      area,
      `select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'diga_migration'`,
    );
    const texts = await Promise.all(
      tables.map(({ name }) =>
        rows<{ text: string }>(area, `select t::text as text from ${name} t`),
      ),
    );
    return texts
      .flat()
      .map(({ text }) => text)
      .join('\n');
  };

  test('[R-265] the code stands in no table of any area, in no form, and in no line of the log', async () => {
    const bytes = Buffer.from(code);
    const forms = [
      code,
      code.toLowerCase(),
      bytes.toString('hex'),
      bytes.toString('base64').replace(/=+$/, ''),
    ];
    const places = [
      ...(await Promise.all(AREAS.map(dump))),
      on.server.logged.join('\n'),
      JSON.stringify(on.server.events),
    ];
    for (const form of forms)
      expect(places.map((place) => place.includes(form))).toEqual(places.map(() => false));
    // The dump sees what is there: the insurer is, and so are the billing ids.
    expect(places[1]).toContain('109999017');
  });

  test('sealed columns of exchange and invoice carry the code, and open only at their own place', async () => {
    const file = JSON.parse(
      await readFile(join(on.dataDirectory, 'billing-keys.json'), 'utf8'),
    ) as { sealing: [{ key: string }] };
    const seal = archiveSeal([{ id: 1, key: Buffer.from(file.sealing[0].key, 'base64url') }]);
    const exchanges = await rows<{ exchange_id: string; direction: string; xml_sealed: Buffer }>(
      'billing',
      'select * from gkv_exchange order by id',
    );
    expect(exchanges).toHaveLength(4);
    for (const { exchange_id: id, direction, xml_sealed: sealed } of exchanges) {
      expect(seal.open(sealed, exchangeContext(id, direction, 'xml')).toString('latin1')).toContain(
        code,
      );
      expect(() => seal.open(sealed, exchangeContext(id, direction, 'cms'))).toThrow(TypeError);
    }
    const [invoice] = await rows<{ number: string; xml_sealed: Buffer }>(
      'billing',
      'select * from gkv_invoice',
    );
    expect(
      seal
        .open(invoice?.xml_sealed ?? Buffer.of(), invoiceContext(invoice?.number ?? ''))
        .toString(),
    ).toContain(code);
    expect(
      await rows('billing', 'select from gkv_activation where code_sealed is not null'),
    ).toEqual([]);
  });

  test('[R-264] no value joins the tables of the person with those of the money', async () => {
    // Ids and digests; days, the IK and the DiGAVEID are the same for thousands.
    const ids = (text: string) =>
      new Set(
        text.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64}/g),
      );
    const [accounts, billing, clinical] = (await Promise.all(AREAS.map(dump))).map(ids);
    expect(accounts?.size).toBeGreaterThan(0);
    expect(billing?.size).toBeGreaterThan(0);
    expect(
      [...(billing ?? [])].filter((id) => accounts?.has(id) === true || clinical?.has(id) === true),
    ).toEqual([]);
    expect(await dump('billing')).not.toContain('Patient');
  });

  test('[R-266] the digest of a code is keyed: without the pepper a dictionary finds nothing', async () => {
    const { createHash } = await import('node:crypto');
    const [row] = await rows<{ code_hmac: Buffer }>(
      'billing',
      'select code_hmac from gkv_activation',
    );
    for (const algorithm of ['sha256', 'sha512', 'md5', 'sha1']) {
      expect(
        createHash(algorithm)
          .update(code)
          .digest()
          .equals(row?.code_hmac ?? Buffer.of()),
      ).toBe(false);
    }
    expect(row?.code_hmac).toHaveLength(32);
  });

  test.each([
    ['update gkv_exchange set verfahren = verfahren'],
    ['delete from gkv_exchange'],
    ['truncate gkv_exchange'],
  ])('the protocol is append-only for its owner, too: %s', async (statement) => {
    await expect(owners.get('billing')?.query(statement)).rejects.toThrow('append-only');
  });

  test.each([
    ['update gkv_exchange set verfahren = verfahren'],
    ['delete from gkv_exchange'],
    ['delete from gkv_invoice'],
    ['delete from gkv_activation'],
    [`update gkv_setting set value = ''`],
  ])('the server may not: %s', async (statement) => {
    const runtime = openDatabase('billing', on.databases.urls.billing);
    await expect(runtime.query({ text: statement })).rejects.toThrow('permission denied');
    await runtime.close();
  });

  test.each([
    [`update gkv_invoice set sha256 = ''`, 'an issued invoice does not change'],
    [`update gkv_invoice set state = 'CREATED'`, 'an accepted invoice stays accepted'],
    [`update gkv_activation set digaveid = '99999999'`, 'a decided activation does not change'],
    [`update gkv_activation set code_hmac = ''`, 'the code of an activation does not change'],
    [
      `insert into gkv_activation (billing_id, state, code_hmac, started_at) select gen_random_uuid(), 'VERIFYING', code_hmac, now() from gkv_activation`,
      'gkv_activation_code',
    ],
    [
      `insert into gkv_invoice (number, billing_id, state, issue_date, buyer_ik, net_cents, xml_sealed, sha256, created_at)
        select 'X1', billing_id, state, issue_date, buyer_ik, net_cents, xml_sealed, sha256, now() from gkv_invoice`,
      'gkv_invoice_billing_id_key',
    ],
  ])(
    'a code is billed once at most, and the database sees to it: %s',
    async (statement, reason) => {
      const runtime = openDatabase('billing', on.databases.urls.billing);
      await expect(runtime.query({ text: statement })).rejects.toThrow(reason);
      await runtime.close();
    },
  );
});
