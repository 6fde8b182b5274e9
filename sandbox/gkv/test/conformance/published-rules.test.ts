import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dre0PartyRules } from '../../billing/dre0-party-rules.ts';
import { dre0Rules } from '../../billing/dre0-rules.ts';
import { en16931CoreRules } from '../../billing/en16931-core-rules.ts';
import { report } from '../../billing/report-document.ts';
import { readInvoice } from '../../billing/invoice.ts';
import { applyRules } from '../../billing/rule.ts';
import { xrechnungCoreRules } from '../../billing/xrechnung-core-rules.ts';
import { kassenverzeichnis } from '../../directory/kassenverzeichnis-document.ts';
import { openSchematron, type SchematronValidator } from '../../validation/schematron-validator.ts';
import { openXsdValidator, type XsdValidator } from '../../validation/xsd-validator.ts';
import { antwort, fehlerinformation } from '../../verification/answer-document.ts';
import { readXml } from '../../xml/read-xml.ts';
import { anfrage } from '../support/client.ts';
import { invoice } from '../support/invoice.ts';
import { gkvData, hasGkvData } from '../../../../lib/secon/test/support/shared-data.ts';
import { NO_OFFICIAL_DATA, skipNote } from '../../../../test/support/skip-note.ts';

const note = skipNote(hasGkvData ? undefined : NO_OFFICIAL_DATA);
const maybe = hasGkvData ? describe : describe.skip;
const ours = (xml: string | Uint8Array): readonly string[] =>
  applyRules(readXml(Buffer.from(xml)), [...dre0Rules, ...dre0PartyRules])
    .map(({ code }) => code)
    .sort();

maybe(`published schemas and rules${note}`, () => {
  let xsd: XsdValidator;
  let dre0: SchematronValidator;
  let reportRules: SchematronValidator;
  let directoryRules: SchematronValidator;
  beforeAll(async () => {
    const open = async (...path: string[]): Promise<SchematronValidator> => {
      const opened = await openSchematron(gkvData, 'schematron', 'diga', ...path);
      if (opened === undefined) throw new TypeError('no schematron');
      return opened;
    };
    const opened = await openXsdValidator(join(gkvData, 'xsd'));
    if (opened === undefined) throw new TypeError('no schemas');
    xsd = opened;
    dre0 = await open('dre0.sch');
    reportRules = await open('report.sch');
    directoryRules = await open('dre0_mvz.sch');
  });

  const samples = (folder: string): readonly string[] =>
    hasGkvData
      ? readdirSync(join(gkvData, folder))
          .filter((name) => name.startsWith('xrechnung-') || name.startsWith('invoice-'))
          .map((name) => `${folder}/${name}`)
      : // An empty table is an error even in a skipped suite.
        ['no samples here'];
  const read = (file: string): string => readFileSync(join(gkvData, file), 'utf8');

  test.each([...samples('instances/dre0'), ...samples('vectors/messages')])(
    '%s: our DiGA rules find what dre0.sch finds',
    (file) => {
      const theirs = dre0(read(file))
        .map(({ code }) => code)
        .sort();
      expect(ours(read(file))).toEqual(theirs);
    },
  );

  test('invoices changed at random: our DiGA rules find what dre0.sch finds', () => {
    const original = invoice({
      number: 'R-2',
      code: 'SAAAAAAAAAAAAAAA',
      ik: '999999994',
      day: '2026-03-02',
      corrects: 'R-1',
    });
    const elements = [...original.matchAll(/<((?:ram|udt):[A-Za-z]+)[^<>/]*>[^<>]*<\/\1>/g)].map(
      ([text]) => text,
    );
    const change = fc.tuple(
      fc.constantFrom(...elements),
      fc.constantFrom('', 'x', '1', '12345678', '384', '010:UST-ID', 'XR09'),
      fc.constantFrom('remove', 'text', 'attribute'),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const xml = changes.reduce((text, [element, value, kind]) => {
          if (kind === 'remove') return text.replace(element, '');
          if (kind === 'text')
            return text.replace(element, element.replace(/>[^<]*</, `>${value}<`));
          return text.replace(element, element.replace(/="[^"]*"/, `="${value}"`));
        }, original);
        // A price that is no number stops the published rules instead of breaking one.
        fc.pre(!/<ram:(ChargeAmount|LineTotalAmount)>(x|010:UST-ID|XR09)?</.test(xml));
        expect(ours(xml)).toEqual(
          dre0(xml)
            .map(({ code }) => code)
            .sort(),
        );
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test('composed invoices: our core rules find the expected European and German rule ids', () => {
    const { results } = JSON.parse(read('vectors/messages/expected.json')) as {
      results: Record<string, string[]>;
    };
    for (const [file, expected] of Object.entries(results)) {
      const root = readXml(Buffer.from(read(`vectors/messages/${file}`)));
      const found = applyRules(root, [
        ...en16931CoreRules,
        ...xrechnungCoreRules,
        ...dre0Rules,
        ...dre0PartyRules,
      ]);
      expect({ file, codes: found.map(({ code }) => code).sort() }).toEqual({
        file,
        codes: [...expected].sort(),
      });
    }
  });

  test('the directory is valid', async () => {
    const document = kassenverzeichnis('127.0.0.1:8081');
    expect(await xsd.validate('EDRE0-MVZ_3.0.0.xsd', document)).toEqual([]);
    expect(directoryRules(Buffer.from(document).toString())).toEqual([]);
  });

  test('requests and answers of a verification are valid', async () => {
    const header = { verfahrenskennung: 'EDFC0', absender: '669999017', empfaenger: '999999994' };
    const request = {
      ...header,
      ikHersteller: '999999994',
      ikKrankenkasse: '109999017',
      digaId: '12345',
      freischaltcode: '77AAAAAAAAAAAAAX',
    };
    for (const document of [
      Buffer.from(anfrage('TDFC0', '77AAAAAAAAAAAAAX', '999999994')),
      antwort(header, request, { digaVeId: '12345000', tag: '2026-03-02' }),
      fehlerinformation(header, { nummer: 200, xpath: '/*' }),
    ]) {
      expect(await xsd.validate('EDFC0-Pruefung_3.0.0.xsd', document)).toEqual([]);
    }
  });

  test('the invoice of the tests and every kind of report are valid', async () => {
    const xml = Buffer.from(
      invoice({ number: 'R-1', code: 'SAAAAAAAAAAAAAAA', ik: '999999994', day: '2026-03-02' }),
    );
    expect(await xsd.validate('CrossIndustryInvoice_100pD16B.xsd', xml)).toEqual([]);
    const base = { now: 0, hash: 'AAAA' };
    const resource = { name: 'n', location: 'l' };
    const finding = { code: 'INVER-1', level: 'error' as const, text: 'ä <&>', xpath: '/*' };
    const steps = (['val-xsd', 'val-sch.1', 'INVER'] as const).map((id) => ({
      id,
      resource,
      findings: [],
    }));
    const reports = [
      report({ ...base, invoice: readInvoice(readXml(xml)), steps }),
      report({
        ...base,
        invoice: readInvoice(readXml(xml)),
        steps: [...steps.slice(0, 2), { id: 'INVER', resource, findings: [finding] }],
      }),
      report({ ...base, steps: [] }),
      report({
        ...base,
        steps: [{ id: 'val-xml', resource, findings: [{ ...finding, line: 3 }] }],
      }),
    ];
    for (const document of reports) {
      expect(await xsd.validate('report.xsd', document)).toEqual([]);
      expect(reportRules(Buffer.from(document).toString())).toEqual([]);
    }
  }, 60_000);
});
