import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { issueFreischaltcode } from '../../../../lib/gkv/index.ts';
import {} from '../support/databases.ts';
import type { GkvServer } from '../support/gkv-server.ts';
import { type Ground, ground } from '../support/ground.ts';
import { type LyingInsurer, startLyingInsurer } from '../support/lying-insurer.ts';
import { errorCode, pendingCode, valuesOf } from '../support/parameters.ts';
import { until } from '../support/until.ts';

jest.setTimeout(120_000);

const CODE = issueFreischaltcode('SALIESLIESLIESL');

describe('an insurer with the right key that lies', () => {
  let on: Ground;
  let insurer: LyingInsurer;
  let server: GkvServer;
  let withoutDirectory: string;
  beforeAll(async () => {
    on = await ground({ directory: { url: 'http://127.0.0.1:9/none' } });
    insurer = await startLyingInsurer(on.insurers, {});
    withoutDirectory = await errorCode(on.server.redeem('Patient/nobody', CODE));
    server = await on.start({ directory: { file: insurer.directoryFile } });
  }, 180_000);
  afterAll(async () => {
    await server.close();
    await insurer.close();
    await on.close();
  }, 60_000);

  test('without a directory nobody is asked', () => {
    expect(withoutDirectory).toBe('GKV_DIRECTORY_UNAVAILABLE');
  });

  test.each([
    ['another code', 'B', { freischaltcode: CODE }],
    ['another manufacturer', 'C', { ikDiGAHersteller: '123456789' }],
    ['another receiver', 'D', { empfaenger: '123456789' }],
    ['another DiGA', 'E', { digaVeId: '54321000' }],
    ['another procedure', 'F', { verfahrenskennung: 'TDFC0' as const }],
  ])('[R-261] an answer for %s opens nothing; the true one later does', async (what, last, lie) => {
    const patient = `Patient/${what.replaceAll(' ', '-')}`;
    const code = issueFreischaltcode(`SALIESLIESLIES${last}`);
    insurer.lie = { freischaltcode: code, ...lie };
    const answer = await server.redeem(patient, code);
    expect({ status: answer.status, code: pendingCode(answer) }).toEqual({
      status: 202,
      code: 'GKV_ANSWER_CONTRADICTS',
    });
    expect(
      await server.clinical.query({
        text: `select from resource where content->'beneficiary'->>'reference' = $1`,
        values: [patient],
      }),
    ).toEqual([]);
    insurer.lie = { freischaltcode: code };
    await until(
      'the entitlement',
      async () => valuesOf(await server.redeem(patient, code))['digaVeId'] === '12345000',
    );
  });
});
