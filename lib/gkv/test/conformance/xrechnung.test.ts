import { describe, expect } from '@jest/globals';
import { buyerFromVerzeichnis } from '../../buyer-from-verzeichnis.ts';
import type { DigaInvoice } from '../../invoice.ts';
import { buildXRechnung } from '../../xrechnung.ts';
import { officialTest } from '../support/official-test.ts';
import { INVOICE } from '../support/sample.ts';
import { type InvoiceRules, invoiceRules, laterEn16931 } from '../support/schematron.ts';
import { sharedText } from '../support/shared-data.ts';
import { xsdErrors } from '../support/xsd.ts';

const TIMEOUT = 300_000;

/** The rule has the flag `warning`: it cannot make an insurer reject the invoice. */
const ONLY_A_WARNING = 'BR-DE-21';

let loaded: InvoiceRules | undefined;

/** Everything that the receiving side checks before the insurer looks at the invoice itself. */
async function findings(xml: string): Promise<readonly string[]> {
  loaded ??= invoiceRules();
  const errors = await xsdErrors(xml, 'xsd/cii-d16b', 'CrossIndustryInvoice_100pD16B.xsd');
  return [...errors, ...loaded.en16931(xml), ...loaded.xrechnung(xml), ...loaded.dre0(xml)];
}

function textOf(change: Partial<DigaInvoice>, options = {}): string {
  return new TextDecoder().decode(buildXRechnung({ ...INVOICE, ...change }, options));
}

const { description: _, ...ITEM } = INVOICE.item;
const original = { originalNumber: 'DG-2026-000001' };

const INVOICES: Readonly<Record<string, Partial<DigaInvoice>>> = {
  'invoice 380 at 19 %': {},
  'half a cent of tax': { netCents: 20_150 },
  'another rate, note, no description': {
    netCents: 9_999,
    vat: { category: 'S', rateBasisPoints: 750 },
    note: 'Hinweis <&> "é"',
    item: ITEM,
  },
  'reverse charge': { vat: { category: 'AE', exemptionReason: 'Reverse charge' } },
  'exempt seller': { vat: { category: 'E', exemptionReason: 'Steuerfrei' } },
  'corrected invoice 384, price': { correction: { ...original, reason: { key: '001' } } },
  'corrected invoice 384, three details': {
    correction: {
      ...original,
      reason: { key: '010', details: ['LE-Adresse', 'KK-Adresse', 'UST-ID'] },
    },
  },
  'insurer without an address, other payee': {
    payee: { ik: '660500345', name: 'Abrechnungszentrum' },
    buyer: buyerFromVerzeichnis({
      kostentraegerkuerzel: 'CH',
      kostentraegerkennung: '101575519',
      name: 'Beispielkasse',
      ikAbrechnungsstelle: '660500345',
      endpunkt: 'diga.example.org',
      versandart: 1,
      insolvenz: false,
    }),
  },
};

describe('invoices against CII D16B, EN 16931 1.3.7, XRechnung 2.2.0 and the DiGA rules', () => {
  for (const [title, change] of Object.entries(INVOICES)) {
    officialTest(
      `${title} breaks no rule`,
      async () => {
        expect(await findings(textOf(change))).toEqual([]);
      },
      TIMEOUT,
    );
  }

  officialTest(
    'a corrected invoice over 0.00 EUR breaks no rule, should an operator want it',
    async () => {
      const change = { netCents: 0, correction: { ...original, reason: { key: '002' } } } as const;
      expect(await findings(textOf(change, { allowZeroAmount: true }))).toEqual([]);
    },
    TIMEOUT,
  );

  officialTest(
    'the judge sees what is wrong: a cent too little tax, a missing reason, another profile',
    async () => {
      const cent = textOf({ netCents: 20_150 })
        .replaceAll('38.29', '38.28')
        .replaceAll('239.79', '239.78');
      expect(await findings(cent)).toEqual(['BR-S-09']);
      const reverse = textOf({ vat: { category: 'AE', exemptionReason: 'Grund' } });
      const reason = reverse.replace(/<ram:ExemptionReason>.*<\/ram:ExemptionReason>/, '');
      expect(await findings(reason)).toEqual(['BR-AE-10']);
      const organisation = reverse.replace(
        /<ram:SpecifiedLegalOrganization>[\s\S]*?Organization>/,
        '',
      );
      expect(await findings(organisation)).toEqual(['BR-AE-02']);
      const profile = textOf({}, { profile: 'urn:example' });
      expect(await findings(profile)).toEqual(expect.arrayContaining(['DRE0-EDC-1', 'DRE0-EDC-2']));
    },
    TIMEOUT,
  );

  officialTest(
    'later EN 16931 rules reject a payee equal to the seller (BR-17), and accept another one',
    () => {
      const later = laterEn16931();
      expect(later(textOf({}))).toEqual(['BR-17']);
      expect(later(textOf({ payee: { ik: '660500345', name: 'Abrechnungszentrum' } }))).toEqual([]);
    },
    TIMEOUT,
  );

  officialTest(
    'the composed sample invoices give the expected rules',
    async () => {
      const { results } = JSON.parse(sharedText('vectors/messages/expected.json')) as {
        readonly results: Readonly<Record<string, readonly string[]>>;
      };
      for (const [name, expected] of Object.entries(results)) {
        const found = await findings(sharedText(`vectors/messages/${name}`));
        expect([name, found.filter((id) => id !== ONLY_A_WARNING)]).toEqual([name, expected]);
      }
    },
    TIMEOUT,
  );
});
