import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matchDocumentHash } from '../../document-hash.ts';
import { isGkvMessageError } from '../../gkv-message-error.ts';
import { parseKositReport, reportMessages } from '../../kosit-report.ts';
import { bytesOf, codeOf } from '../support/sample.ts';

interface Shape {
  readonly valid?: string;
  readonly assessment?: string;
  readonly steps?: string;
  readonly hash?: string;
  readonly scenario?: string;
}

const PASSED = '<rep:validationStepResult id="val-xsd" valid="true"/>';
const INVER = `<rep:validationStepResult id="INVER" valid="false">
  <rep:message id="INVER.1" code="INVER-1" level="error" xpathLocation="/a" lineNumber="7">Code  unbekannt</rep:message>
</rep:validationStepResult>`;

function report(shape: Shape = {}): string {
  const result =
    shape.scenario ??
    `<rep:scenarioMatched><s:scenario><s:name>DRE0</s:name></s:scenario>${shape.steps ?? PASSED}</rep:scenarioMatched>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<rep:report xmlns:rep="http://www.xoev.de/de/validator/varl/1"
  xmlns:s="http://www.xoev.de/de/validator/framework/1/scenarios" varlVersion="1.0.0" ${shape.valid ?? 'valid="true"'}>
  <rep:engine><rep:name>Prüfer</rep:name></rep:engine><rep:timestamp>2026-03-02T10:00:00+01:00</rep:timestamp>
  <rep:documentIdentification><rep:documentHash><rep:hashAlgorithm>SHA-256</rep:hashAlgorithm>
  <rep:hashValue>${shape.hash ?? 'AAAA'}</rep:hashValue></rep:documentHash>
  <rep:documentReference>r.xml</rep:documentReference></rep:documentIdentification>
  ${result}
  <rep:assessment>${shape.assessment ?? '<rep:accept/>'}</rep:assessment>
</rep:report>`;
}

function parse(shape: Shape = {}): ReturnType<typeof parseKositReport> {
  return parseKositReport(bytesOf(report(shape)));
}

describe('KoSIT report', () => {
  test('valid and accept is accepted', () => {
    expect(parse()).toEqual({
      accepted: true,
      valid: true,
      recommendation: 'accept',
      engine: 'Prüfer',
      timestamp: '2026-03-02T10:00:00+01:00',
      documentReference: 'r.xml',
      documentHash: { algorithm: 'SHA-256', value: 'AAAA' },
      scenario: 'DRE0',
      steps: [{ id: 'val-xsd', valid: true, messages: [] }],
      warnings: [],
    });
    expect(parse({ valid: 'valid="1"' }).accepted).toBe(true);
  });

  test('anything else is not accepted', () => {
    const valid = 'valid="false"';
    const assessment = '<rep:reject/>';
    expect(parse({ valid, assessment, steps: PASSED + INVER }).accepted).toBe(false);
    expect(parse({ valid })).toMatchObject({
      accepted: false,
      warnings: ['VALID_CONTRADICTS_ASSESSMENT', 'VALID_CONTRADICTS_STEPS'],
    });
    expect(parse({ assessment })).toMatchObject({
      accepted: false,
      warnings: ['VALID_CONTRADICTS_ASSESSMENT'],
    });
  });

  test('the HTML inside does not decide, though it may say the contrary', () => {
    const html = `<rep:explanation><html xmlns="http://www.w3.org/1999/xhtml"><body><p>Es wird
      empfohlen, das Dokument anzunehmen.</p><accept/></body></html></rep:explanation>`;
    const found = parse({
      valid: 'valid="false"',
      steps: PASSED + INVER,
      assessment: `<rep:reject>${html}</rep:reject>`,
    });
    expect(found).toMatchObject({ accepted: false, recommendation: 'reject', warnings: [] });
  });

  test('messages are given with rule, level and place', () => {
    const found = parse({ valid: 'valid="false"', steps: INVER, assessment: '<rep:reject/>' });
    expect(reportMessages(found, 'error')).toEqual([
      {
        id: 'INVER.1',
        code: 'INVER-1',
        level: 'error',
        text: 'Code unbekannt',
        xpathLocation: '/a',
        lineNumber: 7,
      },
    ]);
    expect(reportMessages(found, 'warning')).toEqual([]);
  });

  test('a report without a scenario is not accepted without a warning', () => {
    const scenario = '<rep:noScenarioMatched/>';
    const assessment = '<rep:reject/>';
    expect(parse({ scenario, assessment, valid: 'valid="false"' }).warnings).toEqual([
      'NO_SCENARIO',
    ]);
  });

  test('an encoding that is declared wrongly is put up with', () => {
    const text = report().replace('UTF-8', 'ISO-8859-1');
    expect(parseKositReport(bytesOf(text))).toMatchObject({
      engine: 'Prüfer',
      warnings: ['DECLARED_ENCODING'],
    });
    const latin1 = new Uint8Array(Buffer.from(report(), 'latin1'));
    expect(parseKositReport(latin1)).toMatchObject({
      engine: 'Prüfer',
      warnings: ['DECLARED_ENCODING'],
    });
    expect(parseKositReport(bytesOf(`\ufeff${report()}`)).warnings).toEqual([]);
  });

  test('without a decision there is no report', () => {
    for (const shape of [
      { valid: '' },
      { valid: 'valid="yes"' },
      { assessment: '' },
      { assessment: '<rep:accept/><rep:reject/>' },
      { scenario: ' ' },
      { steps: '<rep:validationStepResult id="x"/>' },
    ]) {
      expect(codeOf(() => parse(shape))).toBe('REPORT_STRUCTURE');
    }
    const second = report().replace(
      '</rep:report>',
      '<rep:assessment><rep:accept/></rep:assessment></rep:report>',
    );
    expect(codeOf(() => parseKositReport(bytesOf(second)))).toBe('REPORT_STRUCTURE');
    expect(codeOf(() => parseKositReport(bytesOf('<report valid="true"/>')))).toBe('REPORT_ROOT');
  });

  test('the hash shows whether the report is about the document that was sent', () => {
    const sent = bytesOf('<invoice/>');
    const hash = createHash('sha256').update(sent).digest('base64');
    expect(matchDocumentHash(parse({ hash }), sent)).toBe('match');
    expect(
      matchDocumentHash(parse({ hash: `${hash.slice(0, 20)}\n ${hash.slice(20)}` }), sent),
    ).toBe('match');
    expect(matchDocumentHash(parse({ hash }), bytesOf('<other/>'))).toBe('mismatch');
    const { documentHash: _, ...without } = parse({ hash });
    expect(matchDocumentHash(without, sent)).toBe('unknown');
    const md5 = { ...without, documentHash: { algorithm: 'MD5', value: hash } };
    expect(matchDocumentHash(md5, sent)).toBe('unknown');
  });

  test('mutilated reports cause nothing but GkvMessageErrors', () => {
    const text = report({ steps: PASSED + INVER });
    const mutilated = fc
      .tuple(fc.nat(text.length), fc.nat(60), fc.string({ unit: 'binary', maxLength: 4 }))
      .map(([at, cut, insert]) => bytesOf(text.slice(0, at) + insert + text.slice(at + cut)));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), mutilated), (bytes) => {
        try {
          expect(typeof parseKositReport(bytes).accepted).toBe('boolean');
        } catch (error) {
          if (!isGkvMessageError(error)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
