import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  anfrage,
  type Hersteller,
  herstellerOf,
  readAnswer,
  readReport,
} from '../support/client.ts';
import { type InvoiceValues, invoice } from '../support/invoice.ts';
import { control, NOW, runSandbox } from '../support/running-sandbox.ts';

describe('GKV sandbox: billing and faults over HTTP and SECON', () => {
  let running: Awaited<ReturnType<typeof runSandbox>>;
  let hersteller: Hersteller;
  let ik = '';
  let numbers = 100;
  beforeAll(async () => {
    running = await runSandbox({ payeeIks: ['660000009'] });
    hersteller = await herstellerOf(running.sandbox, NOW);
    ik = running.sandbox.herstellerIk;
  }, 240_000);
  afterAll(() => running.stop());

  const verified = async (): Promise<InvoiceValues> => {
    const { body } = await control(running.sandbox, 'POST', 'codes', { insurer: 'SA' });
    const code = String(body['code']);
    const answer = readAnswer(
      await hersteller.send({ verfahren: 'EDFC0', xml: anfrage('EDFC0', code, ik) }),
    );
    numbers += 1;
    const day = answer['Tag_der_Leistungserbringung'] ?? '';
    return { number: `R-${numbers}`, code, ik, day };
  };
  const bill = async (xml: string, verfahren = 'EDRE0') =>
    readReport(await hersteller.send({ verfahren, xml }));

  test('an invoice over a verified code is accepted, step by step, with the hash of what was sent', async () => {
    const xml = invoice(await verified());
    expect(await bill(xml)).toEqual({
      valid: 'true',
      accepted: true,
      hash: createHash('sha256').update(xml).digest('base64'),
      steps: ['val-xsd true', 'val-sch.1 true', 'val-sch.2 true', 'val-sch.3 true', 'INVER true'],
      messages: [],
    });
  });

  test('the same bytes again get the same report, another number over the same code is refused', async () => {
    const values = await verified();
    const send = () => hersteller.send({ verfahren: 'EDRE0', xml: invoice(values) });
    const first = await send();
    expect(Buffer.from(await send())).toEqual(Buffer.from(first));
    expect((await bill(invoice({ ...values, number: 'R-9' }))).messages).toEqual([
      'INVER-1: Der Freischaltcode ist schon abgerechnet.',
    ]);
  });

  test('two invoices over one code at once: exactly one is accepted', async () => {
    const values = await verified();
    const reports = await Promise.all(
      ['R-1001', 'R-1002', 'R-1003'].map((number) => bill(invoice({ ...values, number }))),
    );
    expect(reports.filter(({ accepted }) => accepted)).toHaveLength(1);
  });

  test('a correction refers to an accepted invoice over the same code', async () => {
    const values = await verified();
    await bill(invoice(values));
    const corrects = values.number;
    expect((await bill(invoice({ ...values, number: 'K-1', corrects }))).accepted).toBe(true);
    expect((await bill(invoice({ ...values, number: 'K-2', corrects: 'R-0' }))).messages).toEqual([
      'INVER-1: Die Originalrechnung zu diesem Freischaltcode wurde nicht gefunden.',
    ]);
  });

  test.each<[string, (values: InvoiceValues) => string | InvoiceValues]>([
    [
      'Der Freischaltcode wurde nicht gefunden.',
      (values) => ({ ...values, code: '77AAAAAAAAAAAAAX' }),
    ],
    [
      'Die Prüfziffer des Freischaltcodes ist falsch.',
      (values) => ({ ...values, code: 'SAAAAAAAAAAAAAAA' }),
    ],
    [
      'Die DiGA-VE-ID ist nicht die der Prüfung.',
      (values) => ({ ...values, digaVeId: '12345001' }),
    ],
    [
      'Der Tag der Leistungserbringung ist nicht der der Prüfung.',
      (values) => ({ ...values, day: '2026-03-01' }),
    ],
    [
      'Das IK des Zahlungsempfängers ist nicht zugelassen.',
      (values) => ({ ...values, payeeIk: '123456789' }),
    ],
    [
      'Das IK des Rechnungsstellers ist nicht das des Absenders.',
      (values) => ({ ...values, ik: '123456789', payeeIk: values.ik }),
    ],
    [
      'Das IK der Krankenkasse gehört nicht zu dieser Abrechnungsstelle.',
      (values) => ({ ...values, kasse: 'SB' }),
    ],
  ])('INVER: %s', async (text, change) => {
    const changed = change(await verified());
    const report = await bill(typeof changed === 'string' ? changed : invoice(changed));
    expect(report).toMatchObject({ valid: 'false', accepted: false });
    expect(report.messages).toContain(`INVER-1: ${text}`);
  });

  test('a code that was not verified before is refused', async () => {
    const { body } = await control(running.sandbox, 'POST', 'codes', { insurer: 'SA' });
    const report = await bill(
      invoice({ number: 'R-2', code: String(body['code']), ik, day: '2026-03-02' }),
    );
    expect(report.messages).toEqual(['INVER-1: Der Freischaltcode wurde nicht vorher geprüft.']);
  });

  test('another payee is accepted when the sandbox knows it', async () => {
    expect((await bill(invoice({ ...(await verified()), payeeIk: '660000009' }))).accepted).toBe(
      true,
    );
  });

  test.each([
    ['DRE0-ED-1', /R-\d+(?=<\/ram:ID>)/, 'R-ABC'],
    ['DRE0-EDC-2', '#conformant#urn:xoev-de:kosit:extension:xrechnung_2.2', ''],
    ['DRE0-SCTT-9', '>1</ram:BilledQuantity', '>1.0</ram:BilledQuantity'],
    ['DRE0-STPT-1', '<ram:Description/>', '<ram:Description>30 Tage</ram:Description>'],
    ['BR-CO-15', '<ram:GrandTotalAmount>238.00', '<ram:GrandTotalAmount>239.00'],
    ['BR-CO-17', '<ram:CalculatedAmount>38.00', '<ram:CalculatedAmount>39.00'],
    ['BR-DE-15', '<ram:BuyerReference>Leitweg-ID</ram:BuyerReference>', ''],
  ])('rule %s', async (id, found, replacement) => {
    const xml = invoice(await verified()).replace(found, replacement);
    const { accepted, messages } = await bill(xml);
    expect(accepted).toBe(false);
    expect(messages.map((message) => message.split(':')[0])).toContain(id);
  });

  test('what is no DiGA invoice, no XML or no CMS matches no scenario', async () => {
    for (const xml of ['<a/>', 'x']) {
      expect(await bill(xml)).toMatchObject({ valid: 'false', accepted: false });
    }
    const nutzdaten = new TextEncoder().encode('no CMS');
    const report = readReport(await hersteller.send({ verfahren: 'EDRE0', xml: '', nutzdaten }));
    expect(report).toMatchObject({ valid: 'false', steps: ['val-xml false'] });
  });

  test('TDRE0: an invoice over a test code passes the rules and fails INVER', async () => {
    const { steps, messages } = await bill(
      invoice({ number: 'R-3', code: '77AAAAAAAAAAAAAX', ik, day: '2026-03-02' }),
      'TDRE0',
    );
    expect(steps.slice(0, 4).every((step) => step.endsWith(' true'))).toBe(true);
    expect(messages).toContain('INVER-1: Der Freischaltcode wurde nicht gefunden.');
  });

  describe('faults', () => {
    const xml = () => anfrage('TDFC0', '77AAAAAAAAAAAAAX', ik);
    const fault = (order: object) => control(running.sandbox, 'POST', 'faults', order);
    const send = (totalTimeout = 20_000) =>
      hersteller.send({ verfahren: 'TDFC0', xml: xml(), totalTimeout });

    test.each([
      ['no-body', { code: 'NO_BODY' }],
      ['http-500', { code: 'STATUS', status: 500 }],
      ['garbage', { code: 'NOT_CMS' }],
      ['wrong-key', { code: 'CHAIN_UNTRUSTED' }],
      ['wrong-recipient', { code: 'WRONG_RECIPIENT' }],
    ])('%s happens once, then all is well', async (kind, error) => {
      await fault({ kind, count: 1 });
      await expect(send()).rejects.toMatchObject(error);
      expect(readAnswer(await send())).toMatchObject({ nachrichtentyp: 'ANT' });
    });

    test('hang lasts until the client gives up', async () => {
      await fault({ kind: 'hang', count: 1 });
      await expect(send(300)).rejects.toMatchObject({ code: 'TOTAL_TIMEOUT' });
    });

    test('slow answers late', async () => {
      await fault({ kind: 'slow', delayMs: 700, count: 1 });
      await expect(send(400)).rejects.toMatchObject({ code: 'TOTAL_TIMEOUT' });
    });

    test('fail is error 201 for a verification and 503 for an invoice', async () => {
      await fault({ kind: 'fail' });
      expect(readAnswer(await send())).toMatchObject({ Fehlernummer: '201' });
      await expect(bill('<a/>')).rejects.toMatchObject({ code: 'STATUS', status: 503 });
      await fault({ kind: 'none' });
      expect(readAnswer(await send())).toMatchObject({ nachrichtentyp: 'ANT' });
    });

    test('an invoice whose answer is lost is accepted once and reported the same on retry', async () => {
      const lost = invoice(await verified());
      await fault({ kind: 'http-500', count: 1, processed: true });
      await expect(bill(lost)).rejects.toMatchObject({ code: 'STATUS' });
      expect((await bill(lost)).accepted).toBe(true);
    });

    test('orders that make no sense are refused', async () => {
      expect((await fault({ kind: 'explode' })).status).toBe(400);
      expect((await control(running.sandbox, 'POST', 'codes', { insurer: '77' })).status).toBe(400);
      const form = await fetch(`${running.sandbox.url}/sandbox/faults`, {
        method: 'POST',
        body: '{"kind":"hang"}',
      });
      expect(form.status).toBe(415);
    });
  });
});
