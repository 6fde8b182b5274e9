import { describe, expect } from '@jest/globals';
import { childrenOf } from '../../xml-element.ts';
import { readXml } from '../../xml-reader.ts';
import { officialTest } from '../support/official-test.ts';
import { invoiceRules } from '../support/schematron.ts';
import { sharedBytes, sharedNames, sharedText } from '../support/shared-data.ts';
import { xsdErrors } from '../support/xsd.ts';

const ASSERTIONS = 'http://www.xoev.de/de/validator/framework/1/assertions';
const TIMEOUT = 300_000;

interface Assertion {
  readonly sample: string;
  readonly test: string;
}

/** What the publisher of the rules expects of its own samples, as XPath over the validator's report. */
function assertions(): readonly Assertion[] {
  const { root } = readXml(sharedBytes('instances/dre0/assertions.xml'), { maxBytes: 100_000 });
  const present = sharedNames('instances/dre0');
  return childrenOf(root, ASSERTIONS, 'assertion')
    .map((element) => ({
      sample: (element.attributes.get('report-doc') ?? '').replace('-report.xml', '.xml'),
      test: element.attributes.get('test') ?? '',
    }))
    .filter(({ sample }) => present.includes(sample));
}

describe('the judge itself: official DiGA invoices against their published expectations', () => {
  officialTest(
    'accepted, rejected, and every named rule in its step',
    async () => {
      const rules = invoiceRules();
      const steps = { 2: rules.en16931, 3: rules.xrechnung, 4: rules.dre0 } as const;
      let rulesNamed = 0;
      for (const { sample, test } of assertions()) {
        const xml = sharedText(`instances/dre0/${sample}`);
        const named = /validationStepResult\[([234])\]\/rep:message\[\s*@code\s*=\s*'([^']+)'/.exec(
          test,
        );
        if (named !== null) {
          const step = Number(named[1]) as 2 | 3 | 4;
          const absent = test.startsWith('count(');
          expect([sample, named[2], steps[step](xml).includes(named[2] ?? '')]).toEqual([
            sample,
            named[2],
            !absent,
          ]);
          rulesNamed += 1;
        } else {
          const schema = await xsdErrors(xml, 'xsd/cii-d16b', 'CrossIndustryInvoice_100pD16B.xsd');
          const found =
            schema.length > 0 ? schema : Object.values(steps).flatMap((ruleSet) => ruleSet(xml));
          expect([sample, found.length === 0]).toEqual([sample, test.endsWith('rep:accept')]);
        }
      }
      expect(rulesNamed).toBeGreaterThan(15);
    },
    TIMEOUT,
  );
});
