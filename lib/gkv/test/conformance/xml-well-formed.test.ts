import { describe, expect, test } from '@jest/globals';
import { validateXML } from 'xmllint-wasm';
import { isGkvMessageError } from '../../gkv-message-error.ts';
import { readXml } from '../../xml-reader.ts';
import { bytesOf } from '../support/sample.ts';

const DOCUMENTS = [
  '<r/>',
  '<r />',
  '<r></r >',
  '<r></ r>',
  '< r/>',
  '<r/ >',
  ' <r/>',
  '<?xml version="1.0"?><r/>',
  ' <?xml version="1.0"?><r/>',
  '<?xml version="1.0"?><?xml version="1.0"?><r/>',
  '<?xml encoding="UTF-8"?><r/>',
  '<?xml version="2.0"?><r/>',
  '<?pi?><r/>',
  '<?pi a="b" <x> ?><r/><?pi x?>',
  '<?pi<r/>',
  '<? pi?><r/>',
  '<?pi-<r?><r/>',
  '<!-- c --><r/><!-- c -->',
  '<!-- a -- b --><r/>',
  '<!-- a --->',
  '<r><!-- a</r>',
  '<r><![CDATA[ <x> ]]></r>',
  '<r><![CDATA[ ]] > ]]></r>',
  '<![CDATA[x]]><r/>',
  '<r><![CDATA[x]></r>',
  '<r><![cdata[x]]></r>',
  '<r>]]></r>',
  '<r>]] ></r>',
  '<r>></r>',
  '<r/>x',
  'x<r/>',
  '\u00a0<r/>',
  '<r/><s/>',
  '<r><s></r></s>',
  '<r><s/></r></r>',
  '<r><R></r></R>',
  '<r a="1" b=\'2\'/>',
  '<r a="1"b="2"/>',
  '<r a = "1"/>',
  '<r a=1/>',
  '<r a/>',
  '<r a="1" a="2"/>',
  '<r a="<"/>',
  '<r a=">"/>',
  '<r a="\'"/>',
  '<r a="1/>',
  '<r a="&amp;&lt;&gt;&quot;&apos;&#10;"/>',
  '<r a="&"/>',
  '<r>&amp</r>',
  '<r>& </r>',
  '<r>&;</r>',
  '<r>&#;</r>',
  '<r>&#x;</r>',
  '<r>&#xZ;</r>',
  '<r>&#X41;</r>',
  '<r>&#65;&#x41;</r>',
  '<r>&#0;</r>',
  '<r>&#xFFFE;</r>',
  '<r>&#x1F600;</r>',
  '<r>&auml;</r>',
  '<1r/>',
  '<-r/>',
  '<_r-1.x/>',
  '<ä ö="ü"/>',
  '<×/>',
  '<r><s></s>',
  '<r',
  '',
  '</r>',
  '<a:r xmlns:a="urn:a"/>',
  '<r xmlns:a="urn:a"><a:s a:b="1"/></r>',
] as const;

async function libxml2Accepts(text: string): Promise<boolean> {
  const { valid, rawOutput } = await validateXML({
    xml: { fileName: 'document.xml', contents: text },
    normalization: 'c14n',
  });
  return valid && !/error/i.test(rawOutput.replace(/^<[^]*$/m, ''));
}

function weAccept(text: string): boolean {
  try {
    readXml(bytesOf(text), { maxBytes: 10_000 });
    return true;
  } catch (error) {
    if (isGkvMessageError(error)) return false;
    throw error;
  }
}

describe('XML 1.0 well-formedness', () => {
  test('reader and libxml2 agree', async () => {
    const verdicts = new Set<boolean>();
    for (const text of DOCUMENTS) {
      const judged = await libxml2Accepts(text);
      expect([text, weAccept(text)]).toEqual([text, judged]);
      verdicts.add(judged);
    }
    expect(verdicts.size).toBe(2);
  }, 120_000);
});
