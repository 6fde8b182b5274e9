import { expect, test } from '@jest/globals';
import { invoiceRules, laterEn16931 } from '../support/schematron.ts';
import { sharedText, sharedNames } from '../support/shared-data.ts';
import { xsdErrors } from '../support/xsd.ts';
test('x', async () => {
  let t = Date.now();
  const r = invoiceRules();
  console.log('load', Date.now() - t);
  for (const folder of ['vectors/messages', 'instances/dre0']) for (const n of sharedNames(folder).filter((n) => n.endsWith('.xml') && n !== 'assertions.xml')) {
    t = Date.now();
    const x = sharedText(folder + '/' + n);
    const xsd = await xsdErrors(x, 'xsd/cii-d16b', 'CrossIndustryInvoice_100pD16B.xsd');
    const t2 = Date.now() - t;
    console.log(n, xsd, r.en16931(x), r.xrechnung(x), r.dre0(x), t2, Date.now() - t);
  }
  expect(1).toBe(1);
}, 600000);
