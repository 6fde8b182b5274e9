import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { structurePlans } from '../../../src/definitions/structure-plan.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { readXml } from '../../../src/fhir/xml/read.ts';
import { writeXml } from '../../../src/fhir/xml/write.ts';
import { testDefinitions } from '../../support/definitions.ts';

const plans = structurePlans(testDefinitions());
const NS = 'xmlns="http://hl7.org/fhir"';

const write = (resource: object, pretty = false): string =>
  writeXml(plans, JSON.stringify(resource), { pretty });

describe('FHIR R4 xml: writing', () => {
  test('elements come in the order of the definition, whatever the order in JSON', () => {
    expect(
      write({
        birthDate: '2000',
        name: [{ given: ['a', 'b'], family: 'c', id: 'n' }],
        active: true,
        id: 'p',
        resourceType: 'Patient',
      }),
    ).toBe(
      `<?xml version="1.0" encoding="UTF-8"?><Patient ${NS}><id value="p"/><active value="true"/>` +
        '<name id="n"><family value="c"/><given value="a"/><given value="b"/></name><birthDate value="2000"/></Patient>',
    );
  });

  test('what XML cannot hold, or would read differently, is written so that it can', () => {
    const text = write({
      resourceType: 'Patient',
      language: '\u0001 & < > " \' \t\n\r \ud800 \ud83d\ude00',
    });
    expect(text).toContain(
      '<language value="\ufffd &amp; &lt; &gt; &quot; \' &#9;&#10;&#13; \ufffd \ud83d\ude00"/>',
    );
  });

  test('_pretty indents', () => {
    expect(write({ resourceType: 'Patient', name: [{ family: 'x' }] }, true)).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Patient ${NS}>\n  <name>\n    <family value="x"/>\n  </name>\n</Patient>`,
    );
  });

  test('narratives: entities of HTML are resolved, a missing namespace is added', () => {
    const narrative = (div: string): string =>
      write({ resourceType: 'Patient', text: { status: 'generated', div } });
    expect(narrative('<div>a&nbsp;&auml;&szlig;&amp;b<br/></div>')).toContain(
      '<div xmlns="http://www.w3.org/1999/xhtml">a\u00a0äß&amp;b<br/></div>',
    );
    expect(narrative('<div xmlns="http://www.w3.org/1999/xhtml">x</div><script/>')).not.toContain(
      '<script',
    );
    expect(
      narrative('<div xmlns="http://hl7.org/fhir"><active value="true"/></div>'),
    ).not.toContain('<active');
  });
});

describe('FHIR R4 xml: reading', () => {
  test('prefixes, comments, byte order marks and the XML declaration do not matter', () => {
    const { value } = readXml(
      plans,
      '\uFEFF<?xml version="1.0" encoding="utf-8"?><!-- a --><f:Patient xmlns:f="http://hl7.org/fhir" ' +
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b">\n<!-- b --><f:active value="true"/> </f:Patient>',
    );
    expect(value).toEqual({ resourceType: 'Patient', active: true });
  });

  test('the narrative is kept character by character', () => {
    const div =
      '<div xmlns="http://www.w3.org/1999/xhtml" class=\'a\'>\n &#160;&amp;<p >x</p><!-- c --><br/></div>';
    const { value } = readXml(
      plans,
      `<Patient ${NS}><text><status value="generated"/>${div}</text></Patient>`,
    );
    expect(value).toEqual({ resourceType: 'Patient', text: { status: 'generated', div } });
  });

  test('whatever is sent is a resource or an error with places, and nothing else', () => {
    const piece = fc.constantFrom(
      `<Patient ${NS}>`,
      '</Patient>',
      '<name>',
      '</name>',
      '<name/>',
      '<given value="a"/>',
      '<given value="1"><extension url="x"><valueString value="y"/></extension></given>',
      '<active value="true"/>',
      '<contained>',
      '</contained>',
      '<text>',
      '<div xmlns="http://www.w3.org/1999/xhtml">',
      '</div>',
      '<!-- x -->',
      '<![CDATA[x]]>',
      '&amp;',
      '&x;',
      '<?x y?>',
      '<!DOCTYPE a>',
      'x',
      ' ',
      '<',
      '"',
      '\u0000',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        try {
          const { value } = readXml(plans, `<Patient ${NS}>${pieces.join('')}</Patient>`);
          expect(value).toMatchObject({ resourceType: 'Patient' });
          expect(readXml(plans, write(value as object)).value).toEqual(value);
        } catch (error) {
          if (!isFhirError(error)) throw error;
          expect(error.code).toBe('FHIR_INVALID_XML');
          expect(error.outcome.issue.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('many problems are cut off at a hundred', () => {
    const body = `<Patient ${NS}>${'<nonsense/>'.repeat(100_000)}</Patient>`;
    let issues = 0;
    try {
      readXml(plans, body);
    } catch (error) {
      if (!isFhirError(error)) throw error;
      issues = error.outcome.issue.length;
    }
    expect(issues).toBe(100);
  });
});
