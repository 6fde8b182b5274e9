import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { issueFreischaltcode } from '../../../../lib/gkv/index.ts';
import { type Ground, ground } from '../support/ground.ts';
import {} from '../support/databases.ts';
import { errorCode, valuesOf } from '../support/parameters.ts';
import { until } from '../support/until.ts';

jest.setTimeout(120_000);

describe('redeeming an activation code', () => {
  let on: Ground;
  beforeAll(async () => {
    on = await ground();
  }, 180_000);
  afterAll(() => on.close(), 30_000);
  const coverages = (patient: string) =>
    on.server.clinical.query<{ content: Record<string, unknown>; written: number }>({
      text: `select content, written from resource where type = 'Coverage' and content->'beneficiary'->>'reference' = $1`,
      values: [patient],
    });

  test('[R-175] [R-186] [R-260] code, insurer, entitlement and accepted invoice, end to end', async () => {
    const code = await on.insurers.code();
    const answer = await on.server.redeem('Patient/one', code);
    expect(answer.status).toBe(200);
    const { status, digaVeId, periodStart, periodEnd, coverage } = valuesOf(answer);
    expect({ status, digaVeId }).toEqual({ status: 'active', digaVeId: '12345000' });
    const [stored] = await coverages('Patient/one');
    expect(stored?.content).toMatchObject({
      status: 'active',
      period: { start: periodStart, end: periodEnd },
      payor: [{ identifier: { value: '109999017' }, display: 'Sandbox Ersatzkasse' }],
      class: [{ value: '12345000' }],
    });
    expect(coverage).toEqual({ reference: `Coverage/${String(stored?.content['id'])}` });
    await until('the invoice to be accepted', async () =>
      (await on.insurers.exchanges()).some(
        (one) => one.freischaltcode === code && one.result === 'ACCEPT',
      ),
    );
    const status2 = await on.server.call('gkv-billing-status', 'Practitioner/admin', {
      resourceType: 'Parameters',
      parameter: [{ name: 'invoiceState', valueString: 'ACCEPTED' }],
    });
    await until('the invoice to be accepted here', async () =>
      JSON.stringify(
        (
          await on.server.call('gkv-billing-status', 'Practitioner/admin', {
            resourceType: 'Parameters',
          })
        ).resource,
      ).includes('"ACCEPTED"'),
    );
    expect(JSON.stringify(status2)).not.toContain(code);
  });

  test('[R-259] a code typed with blanks, hyphens and small letters is the same code', async () => {
    const code = await on.insurers.code();
    const typed = `${code.slice(0, 4).toLowerCase()} ${code.slice(4, 8)}-${code.slice(8)}`;
    expect((await on.server.redeem('Patient/typed', typed)).status).toBe(200);
    expect((await on.server.redeem('Patient/typed', code)).status).toBe(200);
    expect(await coverages('Patient/typed')).toHaveLength(1);
  });

  test('the same call again gives the same answer and asks the insurer nothing', async () => {
    const code = await on.insurers.code();
    const first = await on.server.redeem('Patient/again', code);
    const asked = (await on.insurers.exchanges()).filter((one) => one.verfahren === 'EDFC0').length;
    expect(await on.server.redeem('Patient/again', code)).toEqual(first);
    expect((await on.insurers.exchanges()).filter((one) => one.verfahren === 'EDFC0')).toHaveLength(
      asked,
    );
  });

  test('[R-184] [R-263] a code of one patient is in use for every other, whatever its state', async () => {
    const code = await on.insurers.code();
    await on.server.redeem('Patient/first', code);
    expect(await errorCode(on.server.redeem('Patient/second', code))).toBe('GKV_CODE_ALREADY_USED');
    await on.insurers.fault('slow', { delayMs: 1_000, count: 1 });
    const slow = await on.insurers.code();
    const pending = on.server.redeem('Patient/first', slow);
    await until('the request to leave', async () => {
      const rows = await on.server.billing.query({
        text: `select from gkv_activation where state = 'VERIFYING'`,
      });
      return rows.length === 1;
    });
    expect(await errorCode(on.server.redeem('Patient/second', slow))).toBe('GKV_CODE_ALREADY_USED');
    expect((await pending).status).toBe(200);
  });

  test('[R-263] of twelve simultaneous redemptions of one code by twelve patients exactly one succeeds', async () => {
    const code = await on.insurers.code();
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        errorCode(on.server.redeem(`Patient/race-${index}`, code)),
      ),
    );
    expect(results.filter((result) => result === 'none')).toHaveLength(1);
    expect(results.filter((result) => result === 'GKV_CODE_ALREADY_USED')).toHaveLength(11);
  });

  test('six simultaneous calls of one patient open one entitlement', async () => {
    const code = await on.insurers.code();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => on.server.redeem('Patient/double', code)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer.resource))).size).toBe(1);
    expect(await coverages('Patient/double')).toHaveLength(1);
  });

  test('a new code while the old prescription runs is stacked after it', async () => {
    const one = valuesOf(await on.server.redeem('Patient/stack', await on.insurers.code()));
    const two = valuesOf(await on.server.redeem('Patient/stack', await on.insurers.code()));
    expect(two['periodStart']).toBe(nextDay(String(one['periodEnd'])));
    expect(await coverages('Patient/stack')).toHaveLength(2);
  });

  test('a code of an insurer that was taken over goes to its successor', async () => {
    const code = await on.insurers.code({ insurer: 'SE' });
    expect((await on.server.redeem('Patient/merged', code)).status).toBe(200);
  });

  test.each([
    ['expired', 'GKV_CODE_EXPIRED'],
    ['cancelled', 'GKV_CODE_CANCELLED'],
  ])('[R-184] a code that is %s is refused and leaves nothing open', async (state, expected) => {
    const code = await on.insurers.code({ state });
    expect(await errorCode(on.server.redeem('Patient/refused', code))).toBe(expected);
    expect(await errorCode(on.server.redeem('Patient/refused', code))).toBe(expected);
    expect(await coverages('Patient/refused')).toHaveLength(0);
    // Refused is not used: another patient gets the insurer's own word.
    expect(await errorCode(on.server.redeem('Patient/other', code))).toBe(expected);
  });

  test('codes that no insurer would issue are refused without asking one', async () => {
    // Invoices of the tests before may still be on their way; they ask for no code.
    const asked = async (): Promise<number> =>
      (await on.insurers.exchanges()).filter(({ verfahren }) => verfahren?.endsWith('DFC0')).length;
    const before = await asked();
    const good = await on.insurers.code();
    const mistyped = `${good.slice(0, 15)}${good.endsWith('A') ? 'B' : 'A'}`;
    const codes: readonly (readonly [string, string])[] = [
      ['', 'GKV_CODE_LENGTH'],
      ['SAA', 'GKV_CODE_LENGTH'],
      [`0${good.slice(1)}`, 'GKV_CODE_ALPHABET'],
      [mistyped, 'GKV_CODE_CHECK_DIGIT'],
      [issueFreischaltcode('ZZAAAAAAAAAAAAA'), 'GKV_INSURER_UNKNOWN'],
    ];
    for (const [code, expected] of codes) {
      expect(await errorCode(on.server.redeem('Patient/wrong', code))).toBe(expected);
    }
    expect(
      await errorCode(on.server.redeem('Patient/unissued', issueFreischaltcode('SAAAAAAAAAAAAAA'))),
    ).toBe('GKV_CODE_UNKNOWN');
    expect(await asked()).toBe(before + 1);
  });

  test('only a patient redeems, and a code is given once', async () => {
    const code = await on.insurers.code();
    expect(await errorCode(on.server.redeem('Practitioner/doctor', code))).toBe(
      'GKV_NOT_A_PATIENT',
    );
    const parameter = [
      { name: 'code', valueString: code },
      { name: 'redeemCode', valueString: code },
    ];
    const twice = on.server.call('redeem-activation-code', 'Patient/x', {
      resourceType: 'Parameters',
      parameter,
    });
    expect(await errorCode(twice)).toBe('GKV_CODE_MISSING');
  });

  test('official test codes go out as TDFC0, are answered, and are never billed', async () => {
    expect((await on.server.redeem('Patient/test-1', '77AAAAAAAAAAAAAX')).status).toBe(200);
    expect((await on.server.redeem('Patient/test-2', '77AAAAAAAAAAAAAX')).status).toBe(200);
    expect(await errorCode(on.server.redeem('Patient/test-1', '77AAAAAAAAAAADGE'))).toBe(
      'GKV_CODE_UNKNOWN',
    );
    expect(await errorCode(on.server.redeem('Patient/test-1', '77AAAAAAAAAAAGIS'))).toBe(
      'GKV_REQUEST_REFUSED',
    );
    const [row] = await on.server.billing.query<{ invoices: string; jobs: string }>({
      text: `select count(invoice.*) as invoices from gkv_activation left join gkv_invoice invoice using (billing_id)
        where verfahren = 'TDFC0'`,
    });
    expect(row?.invoices).toBe('0');
  });

  test('[R-184] the sixth new code within an hour is refused with the time to wait; the next hour it is not', async () => {
    const limited = await on.start({ redeemPerHour: 5 });
    try {
      const unissued = (index: number) =>
        issueFreischaltcode(`SAAAAAAAAAAAAB${'ABCDEFG'.charAt(index)}`);
      for (let index = 0; index < 5; index += 1) {
        expect(await errorCode(limited.redeem('Patient/guess', unissued(index)))).toBe(
          'GKV_CODE_UNKNOWN',
        );
      }
      const error = await limited
        .redeem('Patient/guess', unissued(5))
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'GKV_TOO_MANY_ATTEMPTS', status: 429 });
      expect((error as { retryAfter: number }).retryAfter).toBeGreaterThan(3_000);
      limited.advance(3_600_000);
      expect(await errorCode(limited.redeem('Patient/guess', unissued(5)))).toBe(
        'GKV_CODE_UNKNOWN',
      );
    } finally {
      await limited.close();
    }
  });
});

function nextDay(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}
