import { readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseCertificate } from '../../../../lib/secon/index.ts';
import { anfrage, herstellerOf, readAnswer } from '../support/client.ts';
import { control, NOW, runSandbox } from '../support/running-sandbox.ts';

const TEN_YEARS = 10 * 365 * 86_400_000;

describe('GKV sandbox: what survives a restart', () => {
  test('keys, certificates, issued codes; certificates are renewed when they must be', async () => {
    const first = await runSandbox();
    // The server answers before the keys are there.
    expect((await fetch(`${first.sandbox.url}/Krankenkassenverzeichnis_DiGA.xml`)).status).toBe(
      200,
    );
    const { body } = await control(first.sandbox, 'POST', 'codes', { insurer: 'SA' });
    await first.sandbox.ready;
    await first.sandbox.close();
    const pki = join(first.directory, 'pki');
    const contents = () =>
      Object.fromEntries(
        readdirSync(pki).map((name) => [name, readFileSync(join(pki, name), 'utf8')]),
      );
    const before = contents();
    expect(Object.keys(before)).toHaveLength(10);
    for (const name of Object.keys(before)) {
      expect(statSync(join(pki, name)).mode & 0o777).toBe(0o600);
    }

    const second = await runSandbox({ dataDirectory: first.directory });
    const hersteller = await herstellerOf(second.sandbox, NOW);
    expect(contents()).toEqual(before);
    const xml = anfrage('EDFC0', String(body['code']), second.sandbox.herstellerIk);
    expect(readAnswer(await hersteller.send({ verfahren: 'EDFC0', xml }))).toMatchObject({
      nachrichtentyp: 'ANT',
    });
    await second.sandbox.close();

    unlinkSync(join(pki, 'ersatzkasse.crt.pem'));
    const later = { now: () => NOW + TEN_YEARS };
    const third = await runSandbox({
      dataDirectory: first.directory,
      clock: later,
      herstellerIk: '123456789',
    });
    await third.sandbox.ready;
    const after = contents();
    const certificate = parseCertificate(after['hersteller.crt.pem'] ?? '');
    expect(certificate.ik).toBe('123456789');
    expect(certificate.notAfter).toBeGreaterThan(later.now());
    expect(certificate).toMatchObject({ keyBits: 4096 });
    expect(certificate.asn1.extensions).toBeUndefined();
    expect(after['hersteller.key.pem']).toBe(before['hersteller.key.pem']);
    expect(after['root.crt.pem']).toBe(before['root.crt.pem']);
    await third.stop();
  }, 240_000);
});
