import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { writeDigaMultipart } from '../../../../lib/gkv-transport/index.ts';
import { anfrage, type Hersteller, herstellerOf, kasse, readAnswer } from '../support/client.ts';
import { control, NOW, runSandbox } from '../support/running-sandbox.ts';

describe('GKV sandbox: verification of a Freischaltcode over HTTP and SECON', () => {
  let running: Awaited<ReturnType<typeof runSandbox>>;
  let hersteller: Hersteller;
  let ik = '';
  beforeAll(async () => {
    running = await runSandbox();
    hersteller = await herstellerOf(running.sandbox, NOW);
    ik = running.sandbox.herstellerIk;
  }, 240_000);
  afterAll(() => running.stop());

  const verify = async (verfahren: string, code: string, prefix = 'SA') =>
    readAnswer(
      await hersteller.send({
        verfahren,
        kasse: prefix,
        xml: anfrage(verfahren, code, ik, prefix),
      }),
    );
  const issue = async (order: object) =>
    (await control(running.sandbox, 'POST', 'codes', order)).body as { code: string };

  test('Anhang 6: the test code for success gives the DiGAVEID with suffix 000 and today', async () => {
    expect(await verify('TDFC0', '77AAAAAAAAAAAAAX')).toMatchObject({
      nachrichtentyp: 'ANT',
      verfahrenskennung: 'TDFC0',
      absender: kasse('SA').abrechnungsstelle.ik,
      empfaenger: ik,
      DiGAVEID: '12345000',
      Freischaltcode: '77AAAAAAAAAAAAAX',
      Tag_der_Leistungserbringung: '2026-03-02',
    });
  });

  test.each([
    ['77AAAAAAAAAAADEV', '100', 'Freischaltcode / Rezeptcode abgelaufen'],
    ['77AAAAAAAAAAADFF', '101', 'Freischaltcode / Rezeptcode storniert'],
    ['77AAAAAAAAAAADGE', '102', 'Freischaltcode / Rezeptcode nicht gefunden'],
    ['77AAAAAAAAAAAGIS', '200', 'Anfrage oder Datei ungültig'],
    ['77AAAAAAAAAAAGJC', '201', 'Serverfehler'],
    ['77AAAAAAAAAAAGKD', '202', 'Speicherfehler'],
  ])('Anhang 6: test code %s gives error %s', async (code, nummer, text) => {
    expect(await verify('TDFC0', code)).toMatchObject({
      nachrichtentyp: 'FEH',
      Fehlernummer: nummer,
      Fehlertext: text,
    });
  });

  test('test codes are unknown to the live procedure', async () => {
    expect(await verify('EDFC0', '77AAAAAAAAAAAAAX')).toMatchObject({ Fehlernummer: '102' });
  });

  test('an issued code is valid, and gives the same answer again', async () => {
    const { code } = await issue({ insurer: 'SB', digaVeId: '12345007' });
    const first = await verify('EDFC0', code, 'SB');
    expect(first).toMatchObject({ nachrichtentyp: 'ANT', DiGAVEID: '12345007' });
    expect(await verify('EDFC0', code, 'SB')).toEqual(first);
    const { body } = await control(running.sandbox, 'GET', 'exchanges');
    expect(body['countByCode']).toMatchObject({ [code]: 2 });
  });

  test.each([
    [{ state: 'expired' }, '100'],
    [{ state: 'cancelled' }, '101'],
    [{ digaVeId: '54321000' }, '102'],
    [{ insurer: 'SB' }, '102'],
  ])('a code issued as %j gives error %s', async (order, nummer) => {
    const { code } = await issue({ insurer: 'SA', ...order });
    expect(await verify('EDFC0', code)).toMatchObject({ Fehlernummer: nummer });
  });

  test('the successor of an insurer verifies its codes', async () => {
    const { code } = await issue({ insurer: 'SE' });
    expect(await verify('EDFC0', code, 'SA')).toMatchObject({ nachrichtentyp: 'ANT' });
  });

  test('a code that nobody issued is not found', async () => {
    expect(await verify('EDFC0', 'SAAAAAAAAAAAAAAX')).toMatchObject({ Fehlernummer: '102' });
  });

  test.each<[string, (xml: string) => string]>([
    ['no XML', () => 'x'],
    ['a document type declaration', (xml) => xml.replace('?>', '?><!DOCTYPE x>')],
    ['the old namespace', (xml) => xml.replace('EDFC0_Pruefung/3.0', 'EDFC0_Pruefung/2.0.0')],
    ['an old version', (xml) => xml.replace('003.000.000', '002.000.000')],
    ['an answer', (xml) => xml.replace('"ANF"', '"ANT"')],
    ['another procedure', (xml) => xml.replace('"TDFC0"', '"EDFC0"')],
    ['a code of 15 characters', (xml) => xml.replace('77AAAAAAAAAAAAAX', '77AAAAAAAAAAAAX')],
    ['a DiGAID of six digits', (xml) => xml.replace('12345<', '123456<')],
    ['another manufacturer', (xml) => xml.replaceAll(ik, '123456789')],
    [
      'an insurer of another clearing point',
      (xml) => xml.replaceAll(kasse('SA').kostentraegerkennung, kasse('SB').kostentraegerkennung),
    ],
    ['a second Anfrage', (xml) => xml.replace('</p:Pruef', '<p:Anfrage/></p:Pruef')],
  ])('a request with %s gives error 200', async (_what, change) => {
    const xml = change(anfrage('TDFC0', '77AAAAAAAAAAAAAX', ik));
    expect(readAnswer(await hersteller.send({ verfahren: 'TDFC0', xml }))).toMatchObject({
      Fehlernummer: '200',
    });
  });

  test('any payload instead of CMS gives error 200', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), async (nutzdaten) => {
        const answer = readAnswer(
          await hersteller.send({ verfahren: 'TDFC0', xml: '', nutzdaten }),
        );
        expect(answer).toMatchObject({ Fehlernummer: '200' });
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  test('a message encrypted for another clearing point gives error 200', async () => {
    const nutzdaten = await hersteller.seal(
      anfrage('TDFC0', '77AAAAAAAAAAAAAX', ik),
      kasse('SB').abrechnungsstelle.ik,
    );
    const answer = readAnswer(await hersteller.send({ verfahren: 'TDFC0', xml: '', nutzdaten }));
    expect(answer).toMatchObject({ Fehlernummer: '200' });
  });

  const post = async (path: string, contentType: string, body: Uint8Array | string) =>
    (
      await fetch(`${running.sandbox.url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': contentType },
        body: Buffer.from(body),
      })
    ).status;
  const whole = (change: object = {}) =>
    writeDigaMultipart({
      iksender: ik,
      ikempfaenger: kasse('SA').abrechnungsstelle.ik,
      verfahren: 'TDFC0',
      nutzdaten: new Uint8Array(3),
      ...change,
    });

  test('what is no message of the interface gives 400, 404, 405 or 413', async () => {
    const refused = async (change: object, path = '/ersatzkasse/diga') => {
      const { contentType, body } = whole(change);
      return post(path, contentType, body);
    };
    expect(await post('/diga', 'text/plain', 'x')).toBe(400);
    expect(await post('/diga', 'multipart/form-data; boundary=a', '--a\r\n')).toBe(400);
    expect(await refused({ iksender: '123456789' })).toBe(400);
    expect(await refused({ iksender: 'IK1' })).toBe(400);
    expect(await refused({ ikempfaenger: '123456789' })).toBe(400);
    expect(await refused({ verfahren: 'XDFC0' })).toBe(400);
    expect(await refused({}, '/rechenzentrum/diga')).toBe(400);
    expect(await refused({}, '/ersatzkasse/nothing')).toBe(404);
    expect((await fetch(`${running.sandbox.url}/diga`)).status).toBe(405);
    expect(await refused({ nutzdaten: new Uint8Array(9 * 1024 * 1024) })).toBe(413);
  });

  test('any bytes get an HTTP answer, never a failure', async () => {
    const { contentType, body } = whole();
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 500 }),
      fc.nat(body.length).map((length) => body.subarray(0, length)),
    );
    await fc.assert(
      fc.asyncProperty(noise, async (bytes) => {
        expect([200, 400]).toContain(await post('/diga', contentType, Buffer.from(bytes)));
      }),
      { numRuns: 60 },
    );
    expect(running.log).not.toContainEqual(expect.objectContaining({ event: 'failure' }));
  }, 60_000);

  test('no Freischaltcode reaches the log', () => {
    expect(running.log.length).toBeGreaterThan(5);
    expect(JSON.stringify(running.log)).not.toMatch(/[A-Z2-7]{16}/);
  });
});
