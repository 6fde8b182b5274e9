import { describe, expect, test } from '@jest/globals';
import { correctionNote, parseCorrectionNote } from '../../correction-reason.ts';
import type { DigaInvoice } from '../../invoice.ts';
import { invoiceNumberOf, isInvoiceNumber } from '../../invoice-number.ts';
import { buildXRechnung } from '../../xrechnung.ts';
import { readXml } from '../../xml-reader.ts';
import { codeOf, INVOICE } from '../support/sample.ts';

const RAM = 'urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100';

function textOf(invoice: DigaInvoice): string {
  return new TextDecoder().decode(buildXRechnung(invoice));
}

/** Text of all elements of that local name, in document order. */
function values(invoice: DigaInvoice, name: string): readonly string[] {
  const { root } = readXml(buildXRechnung(invoice), { maxBytes: 100_000 });
  const found: string[] = [];
  const visit = (element: typeof root): void => {
    if (element.namespace === RAM && element.name === name) found.push(element.text);
    element.children.forEach(visit);
  };
  visit(root);
  return found;
}

describe('DiGA invoice', () => {
  test('the same invoice gives the same bytes, in UTF-8 without byte order mark', () => {
    const bytes = buildXRechnung(INVOICE);
    expect(buildXRechnung(structuredClone(INVOICE))).toEqual(bytes);
    expect([...bytes.subarray(0, 5)]).toEqual([...new TextEncoder().encode('<?xml')]);
  });

  test('amounts are computed in cents, the tax with half a cent rounded up', () => {
    const invoice = { ...INVOICE, netCents: 20_150 };
    expect(values(invoice, 'ChargeAmount')).toEqual(['201.50']);
    expect(values(invoice, 'LineTotalAmount')).toEqual(['201.50', '201.50']);
    expect(values(invoice, 'CalculatedAmount')).toEqual(['38.29']);
    expect(values(invoice, 'TaxTotalAmount')).toEqual(['38.29']);
    expect(values(invoice, 'GrandTotalAmount')).toEqual(['239.79']);
    expect(values(invoice, 'DuePayableAmount')).toEqual(['239.79']);
  });

  test('reverse charge and exemption have rate 0, no tax and a reason', () => {
    for (const category of ['AE', 'E'] as const) {
      const invoice = { ...INVOICE, vat: { category, exemptionReason: 'Grund' } };
      expect(values(invoice, 'RateApplicablePercent')).toEqual(['0', '0']);
      expect(values(invoice, 'ExemptionReason')).toEqual(['Grund']);
      expect(values(invoice, 'DuePayableAmount')).toEqual(['200.00']);
    }
  });

  test('a correction is a 384 with reason and original number', () => {
    const correction = { originalNumber: 'DG-2026-000001', reason: { key: '001' } } as const;
    const invoice = { ...INVOICE, correction };
    expect(values(invoice, 'TypeCode')[0]).toBe('384');
    expect(values(invoice, 'Content')).toEqual(['001']);
    expect(values(invoice, 'IssuerAssignedID')).toEqual(['DG-2026-000001']);
    expect(values(INVOICE, 'TypeCode')[0]).toBe('380');
    expect(values(INVOICE, 'IssuerAssignedID')).toEqual([]);
  });

  test('no bank details and empty payment terms', () => {
    expect(textOf(INVOICE)).toContain('<ram:Description/>');
    expect(textOf(INVOICE)).not.toMatch(/FinancialAccount|IBAN|DueDate/);
  });

  test('another profile can be set', () => {
    const bytes = buildXRechnung(INVOICE, { profile: 'urn:example' });
    expect(new TextDecoder().decode(bytes)).toContain('<ram:ID>urn:example</ram:ID>');
  });

  test('0.00 EUR needs the explicit consent of an operator', () => {
    const invoice = { ...INVOICE, netCents: 0 };
    expect(codeOf(() => buildXRechnung(invoice))).toBe('RECHNUNG_ZERO');
    expect(() => buildXRechnung(invoice, { allowZeroAmount: true })).not.toThrow();
  });

  test('what an insurer would reject is refused before it is written', () => {
    const { seller, buyer, item } = INVOICE;
    const contact = (change: Partial<typeof seller.contact>): Partial<DigaInvoice> => ({
      seller: { ...seller, contact: { ...seller.contact, ...change } },
    });
    const correction = (originalNumber: string, reason: object): Partial<DigaInvoice> =>
      ({ correction: { originalNumber, reason } }) as Partial<DigaInvoice>;
    const cases: readonly (readonly [string, Partial<DigaInvoice>])[] = [
      ['RECHNUNG_NUMMER', { number: 'DG-2026' + '-A' }],
      ['RECHNUNG_NUMMER', { number: '1'.repeat(21) }],
      ['RECHNUNG_DATE', { issueDate: '2026-02-29' }],
      ['RECHNUNG_DATE', { tagDerLeistungserbringung: '20260227' }],
      ['RECHNUNG_IK', { seller: { ...seller, ik: '12345678' } }],
      ['RECHNUNG_IK', { buyer: { ...buyer, ik: 'x' } }],
      ['RECHNUNG_IK', { payee: { ik: buyer.ik, name: 'x' } }],
      ['RECHNUNG_POSITION', { item: { ...item, digaVeId: '12345' } }],
      ['RECHNUNG_POSITION', { item: { ...item, freischaltcode: '77aaaaaaaaaaaaax' } }],
      ['RECHNUNG_AMOUNT', { netCents: 0.5 }],
      ['RECHNUNG_AMOUNT', { netCents: -1 }],
      ['RECHNUNG_VAT', { vat: { category: 'S', rateBasisPoints: 0 } }],
      ['RECHNUNG_TEXT', { vat: { category: 'AE', exemptionReason: ' ' } }],
      ['RECHNUNG_TEXT', contact({ phone: 'n/a' })],
      ['RECHNUNG_TEXT', contact({ email: 'a@b' })],
      ['RECHNUNG_TEXT', { seller: { ...seller, name: 'a\u0000b' } }],
      ['RECHNUNG_TEXT', { seller: { ...seller, vatId: '123' } }],
      ['RECHNUNG_TEXT', { buyer: { ...buyer, address: { ...buyer.address, city: '' } } }],
      ['RECHNUNG_TEXT', { item: { ...item, name: 'x'.repeat(201) } }],
      ['RECHNUNG_KORREKTUR', correction(INVOICE.number, { key: '001' })],
      ['RECHNUNG_KORREKTUR', correction('ABC', { key: '001' })],
      ['RECHNUNG_KORREKTUR', correction('A1', { key: '010', details: [] })],
      ['RECHNUNG_KORREKTUR', { ...correction('A1', { key: '001' }), note: 'noch etwas' }],
    ];
    for (const [code, change] of cases) {
      expect([code, codeOf(() => buildXRechnung({ ...INVOICE, ...change }))]).toEqual([code, code]);
    }
  });

  test('an error names the field, never its value', () => {
    try {
      buildXRechnung({ ...INVOICE, item: { ...INVOICE.item, freischaltcode: 'SECRET' } });
      throw new Error('not refused');
    } catch (error) {
      expect((error as Error).message).toContain('item.freischaltcode');
      expect((error as Error).message).not.toContain('SECRET');
    }
  });
});

describe('invoice number (DRE0-ED-1)', () => {
  test('1 to 20 characters, the last a digit, no blanks', () => {
    for (const number of ['1', 'DG-2026-000017', `${'Ä'.repeat(19)}1`]) {
      expect(isInvoiceNumber(number)).toBe(true);
    }
    for (const number of ['', 'A', '1A', 'A 1', ' 1', '1\n', `${'A'.repeat(20)}1`, '１']) {
      expect(isInvoiceNumber(number)).toBe(false);
    }
  });

  test('a running number is filled up, and one that became too long is refused', () => {
    const format = { prefix: 'DG-2026-', digits: 6 };
    expect(invoiceNumberOf(format, 17)).toBe('DG-2026-000017');
    expect(codeOf(() => invoiceNumberOf(format, 10_000_000_000_000))).toBe('RECHNUNG_NUMMER');
    expect(codeOf(() => invoiceNumberOf(format, -1))).toBe('RECHNUNG_NUMMER');
  });
});

describe('correction reason (Anhang 7)', () => {
  test('the bare key, or 010 with its details in one order and once', () => {
    expect(correctionNote({ key: '003' })).toBe('003');
    const details = ['LE-Adresse', 'UST-ID', 'LE-Adresse'] as const;
    expect(correctionNote({ key: '010', details })).toBe('010:UST-ID+LE-Adresse');
    expect(correctionNote({ key: '010', details: [] })).toBeUndefined();
  });

  test('a note is read back only when it is exactly a reason', () => {
    expect(parseCorrectionNote('002')).toEqual({ key: '002' });
    expect(parseCorrectionNote('010:KK-Adresse+UST-ID')).toEqual({
      key: '010',
      details: ['UST-ID', 'KK-Adresse'],
    });
    for (const note of ['001 Preis', '500', '010', '010:', '010:Preis', '010:UST-ID+', 'UST-ID']) {
      expect(parseCorrectionNote(note)).toBeUndefined();
    }
  });
});
