import { describe, expect, test } from '@jest/globals';
import { gkvConfig } from '../../config.ts';
import { resolveSettings } from '../../settings.ts';

const SANDBOX = { url: 'http://127.0.0.1:8104', dataDirectory: '/sandbox' };

describe('settings', () => {
  test('the sandbox needs none', () => {
    expect(resolveSettings(gkvConfig.parse({}), 'sandbox', SANDBOX)).toMatchObject({
      digaId: '12345',
      allowTestCodes: true,
      allowLoopbackHttp: true,
      directory: { url: 'http://127.0.0.1:8104/Krankenkassenverzeichnis_DiGA.xml' },
    });
  });

  test('what is configured counts more than what the sandbox gives', () => {
    const config = gkvConfig.parse({ digaId: '54321', directory: { file: 'own.xml' } });
    expect(resolveSettings(config, 'sandbox', SANDBOX)).toMatchObject({
      digaId: '54321',
      directory: { file: 'own.xml' },
    });
  });

  test('a sandbox without stand-in has nobody to talk to', () => {
    expect(resolveSettings(gkvConfig.parse({}), 'sandbox', undefined)).toBeUndefined();
  });

  test('production names everything that is missing, at once', () => {
    expect(() =>
      resolveSettings(gkvConfig.parse({ allowLoopbackHttp: true }), 'production', undefined),
    ).toThrow(
      /digaId, digaName, seller, prices, identity, trustAnchorsFile, directory, certificateList, manufacturerIk, keys.billingFile, keys.accountsFile, https/,
    );
  });

  test('a price of 0 % VAT needs its reason, another must not have one', () => {
    const price = { digaVeId: '12345000', validFrom: '2026-01-01', netCents: 1, durationDays: 90 };
    const exempt = { category: 'E', reason: 'exempt' };
    const ok = (prices: object[]) => gkvConfig.safeParse({ prices }).success;
    expect(ok([{ ...price, vatPercent: 0 }])).toBe(false);
    expect(ok([{ ...price, vatPercent: 0, vatExemption: exempt }])).toBe(true);
    expect(ok([{ ...price, vatPercent: 19, vatExemption: exempt }])).toBe(false);
  });
});
