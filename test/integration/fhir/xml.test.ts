import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const XML = 'application/fhir+xml';
const NS = 'xmlns="http://hl7.org/fhir"';

let server: TestServer;
let full: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
}, 120_000);

afterAll(async () => {
  await server.close();
}, 30_000);

const sendXml = (method: string, path: string, body: string, headers = {}) =>
  full.send(method, path, { body, headers: { 'content-type': XML, accept: XML, ...headers } });

const weight = (value: string): string =>
  `<Observation ${NS}><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">70&#160;kg &amp; <b>more</b></div></text>` +
  `<status value="final"/><code><text value="a &lt;b&gt; &quot;c&quot;&#10;d"/></code>` +
  `<effectiveDateTime value="2026-11-20"><extension url="urn:x"><valueString value="about"/></extension></effectiveDateTime>` +
  `<valueQuantity><value value="${value}"/></valueQuantity></Observation>`;

describe('FHIR R4 xml: resources in and out', () => {
  test('[R-286] what is created in XML is read in JSON and in XML, decimals digit by digit', async () => {
    const created = await sendXml('POST', 'Observation', weight('71.40'));
    expect([created.status, created.headers.get('content-type')]).toEqual([
      201,
      'application/fhir+xml; charset=utf-8',
    ]);
    expect(created.text).toContain('<value value="71.40"/>');
    const url = (created.headers.get('location') ?? '').replace(/\/_history.*/, '');
    const json = await full.get(url);
    expect(json.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
    expect(json.text).toContain('"value":71.40');
    expect(json.json()['_effectiveDateTime']).toEqual({
      extension: [{ url: 'urn:x', valueString: 'about' }],
    });
    expect(json.json()['code']).toEqual({ text: 'a <b> "c"\nd' });
    const xml = await full.get(url, { accept: XML });
    expect(xml.text).toBe(created.text);
    expect(xml.text).toContain('>70&#160;kg &amp; <b>more</b></div>');
  });

  test('update, vread, history and search', async () => {
    const body = weight('1e-3').replace('<text>', '<id value="xml-1"/><text>');
    const put = await sendXml('PUT', 'Observation/xml-1', body);
    expect([put.status, put.headers.get('etag')]).toEqual([201, 'W/"1"']);
    for (const path of [
      'Observation/xml-1/_history/1',
      'Observation/xml-1/_history',
      'Observation?_id=xml-1',
    ]) {
      const answer = await full.get(path, { accept: XML });
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        200,
        'application/fhir+xml; charset=utf-8',
      ]);
      expect(answer.text).toContain('<value value="1e-3"/>');
    }
    const bundle = await full.get('Observation?_id=xml-1&_format=xml');
    expect(bundle.text).toMatch(
      /<Bundle xmlns="http:\/\/hl7.org\/fhir"><id .*<entry><fullUrl .*<resource><Observation><id /,
    );
  });

  test('batch and transaction', async () => {
    const entry = (method: string, url: string, resource = ''): string =>
      `<entry>${resource === '' ? '' : `<resource>${resource}</resource>`}<request><method value="${method}"/><url value="${url}"/></request></entry>`;
    for (const type of ['batch', 'transaction']) {
      const inner = weight('5.0').replace(` ${NS}`, '');
      const answer = await sendXml(
        'POST',
        '',
        `<Bundle ${NS}><type value="${type}"/>${entry('POST', 'Observation', inner)}${entry('GET', 'Observation?_id=nobody')}</Bundle>`,
      );
      expect([type, answer.status]).toEqual([type, 200]);
      expect(answer.text).toContain(`<type value="${type}-response"/>`);
      expect(answer.text).toContain('<status value="201 Created"/>');
    }
    const stored = await full.get('Observation?value-quantity=5.0', { accept: XML });
    expect(stored.text.split('<value value="5.0"/>').length - 1).toBe(2);
  });

  test('errors of every kind are in XML where XML was asked for', async () => {
    const statuses: unknown[] = [];
    for (const [client, method, path] of [
      [full, 'GET', 'Observation/nobody'],
      [full, 'GET', 'Nonsense/1'],
      [full, 'DELETE', 'metadata'],
      [full, 'GET', 'Observation?nonsense=1'],
      [server.anonymous(), 'GET', 'Observation/nobody'],
    ] as const) {
      const answer = await client.send(method, path, { headers: { accept: XML } });
      expect(answer.text).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?><OperationOutcome /);
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([404, 404, 405, 400, 401]);
  });

  test('operations and patches take Parameters in XML', async () => {
    const parameters = `<Parameters ${NS}><parameter><name value="meta"/><valueMeta><tag><code value="x"/></tag></valueMeta></parameter></Parameters>`;
    const meta = await sendXml('POST', 'Observation/xml-1/$meta-add', parameters);
    expect([meta.status, meta.headers.get('content-type')]).toEqual([
      200,
      'application/fhir+xml; charset=utf-8',
    ]);
    expect(meta.text).toContain('<valueMeta>');
    const part = (name: string, type: string, value: string): string =>
      `<part><name value="${name}"/><value${type} value="${value}"/></part>`;
    const patch = `<Parameters ${NS}><parameter><name value="operation"/>${part('type', 'Code', 'replace')}${part('path', 'String', 'Observation.value.value')}${part('value', 'Decimal', '2.50')}</parameter></Parameters>`;
    const patched = await sendXml('PATCH', 'Observation/xml-1', patch);
    expect(patched.status).toBe(200);
    expect(patched.text).toContain('<value value="2.50"/>');
  });

  test('a large document is read in steps, and means the same', async () => {
    const notes = Array.from(
      { length: 4000 },
      (_, index) => `<note><text value="${'ü'.repeat(index % 50)}𝄞 ${String(index)}"/></note>`,
    ).join('\n');
    const body = weight('3.0').replace('</valueQuantity>', `</valueQuantity>${notes}`);
    const created = await sendXml('POST', 'Observation', body);
    expect(created.status).toBe(201);
    expect(created.text.match(/<note>/g)).toHaveLength(4000);
    expect(created.text).toContain('𝄞 3999"');
  });

  test('the CapabilityStatement and HEAD', async () => {
    const statement = await server.anonymous().get('metadata?_format=xml');
    expect(statement.text).toContain('<CapabilityStatement xmlns="http://hl7.org/fhir">');
    expect(statement.text).toContain('<fhirVersion value="4.0.1"/>');
    expect(statement.headers.get('vary')).toBe('Accept, Origin');
    const refused = await server.anonymous().get('metadata', { accept: 'application/pdf' });
    expect([refused.status, refused.codes()]).toEqual([406, ['FHIR_NOT_ACCEPTABLE']]);
    const get = await full.get('Observation/xml-1', { accept: XML });
    const head = await full.send('HEAD', 'Observation/xml-1', { headers: { accept: XML } });
    expect(head.text).toBe('');
    for (const name of [
      'content-type',
      'content-length',
      'etag',
      'last-modified',
      'content-location',
    ])
      expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
  });
});

describe('FHIR R4 xml: what is no FHIR XML is refused, with the place', () => {
  const cases: [string, string, RegExp][] = [
    [
      'an unknown element',
      `<Patient ${NS}><name><nonsense value="x"/></name></Patient>`,
      /Unknown element "nonsense"/,
    ],
    [
      'an unknown attribute',
      `<Patient ${NS}><active value="true" x="y"/></Patient>`,
      /Unknown attribute "x"/,
    ],
    [
      'the wrong order',
      `<Patient ${NS}><birthDate value="2000"/><active value="true"/></Patient>`,
      /"active" must stand before "birthDate"/,
    ],
    ['another namespace', '<Patient xmlns="urn:x"><active value="true"/></Patient>', /namespace/],
    ['no namespace', '<Patient><active value="true"/></Patient>', /namespace/],
    ['text', `<Patient ${NS}>text</Patient>`, /Text between elements/],
    [
      'something twice',
      `<Patient ${NS}><active value="true"/><active value="true"/></Patient>`,
      /only once/,
    ],
    [
      'two types of a choice',
      `<Patient ${NS}><deceasedBoolean value="true"/><deceasedDateTime value="2000"/></Patient>`,
      /More than one type of deceased/,
    ],
    ['a value of another type', `<Patient ${NS}><active value="yes"/></Patient>`, /no boolean/],
    ['nothing', `<Patient ${NS}><birthDate/></Patient>`, /neither value nor extension/],
    ['an open tag', `<Patient ${NS}><name></Patient>`, /not well-formed/],
    [
      'an entity',
      `<!DOCTYPE x [<!ENTITY e "y">]><Patient ${NS}><language value="&e;"/></Patient>`,
      /document type/,
    ],
    [
      'a file',
      `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Patient ${NS}><language value="&e;"/></Patient>`,
      /document type/,
    ],
    ['an undeclared entity', `<Patient ${NS}><language value="&e;"/></Patient>`, /not well-formed/],
    ['an instruction', `<?php x ?><Patient ${NS}/>`, /processing instruction/],
    ['another encoding', `<?xml version="1.0" encoding="latin1"?><Patient ${NS}/>`, /not UTF-8/],
    ['depth', `<Patient ${NS}>${'<extension>'.repeat(200)}`, /deeper than 128/],
    ['nothing at all', '   ', /not well-formed/],
  ];
  test.each(cases)('%s', async (_, body, message) => {
    const answer = await full.post('Patient', body, { 'content-type': XML });
    expect([answer.status, answer.codes()]).toEqual([
      400,
      expect.arrayContaining(['FHIR_INVALID_XML']),
    ]);
    const { issue } = answer.json<{ issue: { diagnostics: string }[] }>();
    expect(issue.map(({ diagnostics }) => diagnostics)).toEqual([expect.stringMatching(message)]);
  });

  test('all problems at once, each with its FHIRPath and XPath', async () => {
    const answer = await full.post(
      'Patient',
      `<Patient ${NS}><active value="maybe"/><name><given value="a"/></name><name><nonsense/><given value="b" id="x" y="z"/></name></Patient>`,
      { 'content-type': XML },
    );
    const { issue } = answer.json<{ issue: { expression: string[]; location: string[] }[] }>();
    expect(issue.map(({ expression, location }) => [expression[0], location[0]])).toEqual([
      ['Patient.active', '/f:Patient/f:active'],
      ['Patient.name[1].nonsense', '/f:Patient/f:name[2]/f:nonsense'],
      ['Patient.name[1].given[0]', '/f:Patient/f:name[2]/f:given[1]'],
    ]);
  });

  test('the refusal stands on the ledger', async () => {
    const head = await server.auditHead();
    await full.post('Patient', '<x/>', { 'content-type': XML });
    const rows = await server.audit(head);
    expect(rows.map(({ interaction, detail }) => [interaction, detail])).toEqual([
      ['create', 'FHIR_INVALID_XML'],
    ]);
  });

  test('a narrative that came in by JSON and is no XHTML does not break the document', async () => {
    const created = await full.post('Patient', {
      resourceType: 'Patient',
      text: {
        status: 'generated',
        div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>a&nbsp;b<br>c</div>',
      },
    });
    expect(created.status).toBe(201);
    const url = created.headers.get('location') ?? '';
    const xml = await full.get(url, { accept: XML });
    expect(xml.text).toContain('&lt;p&gt;a&amp;nbsp;b&lt;br&gt;c&lt;/div&gt;</div>');
    const again = await sendXml('PUT', url.replace(/.*\/fhir\/|\/_history.*/g, ''), xml.text);
    expect(again.status).toBe(200);
  });
});
