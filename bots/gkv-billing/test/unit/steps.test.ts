import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
import { handler } from '../../bot.ts';

const INVOICE = {
  number: 'DG-1',
  issueDate: '2026-11-21',
  seller: {
    ik: '999999994',
    name: 'Hersteller',
    contact: { name: 'Kontakt', phone: '+49 30 1234', email: 'kontakt@example.org' },
    address: { postCode: '10115', city: 'Berlin', country: 'DE' },
    vatId: 'DE123456789',
  },
  buyer: {
    ik: '109999017',
    name: 'Kasse',
    address: { postCode: '10115', city: 'Berlin', country: 'DE' },
  },
  payee: { ik: '999999994', name: 'Hersteller' },
  item: { digaVeId: '12345000', freischaltcode: '77AAAAAAAAAAAAAX', name: 'DiGA' },
  tagDerLeistungserbringung: '2026-11-21',
  netCents: 20_000,
  vat: { category: 'S', rateBasisPoints: 1900 },
};

const run = (input: unknown): Promise<object> =>
  handler(undefined as unknown as MedplumClient, {
    bot: { reference: 'Bot/gkv-billing' },
    contentType: 'application/fhir+json',
    input,
    secrets: {},
  });

describe('the step build', () => {
  test('writes the invoice, and the same invoice is the same bytes', async () => {
    const one = await run({ step: 'build', invoice: INVOICE });
    expect(await run({ step: 'build', invoice: INVOICE })).toEqual(one);
    const xml = Buffer.from((one as { xml: string }).xml, 'base64').toString();
    expect(xml).toContain('<ram:GrandTotalAmount>238.00</ram:GrandTotalAmount>');
  });

  test('an invoice that breaks a rule is refused by its code, for good', async () => {
    const invoice = { ...INVOICE, number: 'DG-X' };
    expect(await run({ step: 'build', invoice })).toEqual({
      failed: 'RECHNUNG_NUMMER',
      retryable: false,
    });
  });
});

test.each([
  [undefined],
  [{}],
  [{ step: 'pay' }],
  [{ step: 'seal', xml: 'not base64!' }],
  [{ step: 'send', cms: '', xml: '' }],
])('input that is no step is refused: %j', async (input) => {
  expect(await run(input)).toEqual({ failed: 'INPUT_INVALID', retryable: false });
});

test('an identity whose certificate is none is a failure with a code, and no key is quoted', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const output = await run({
    step: 'seal',
    xml: 'AAAA',
    identity: { key, cert: '' },
    recipient: '',
    now: 0,
  });
  expect(output).toEqual({ failed: 'IDENTITY_INVALID', retryable: true });
});
