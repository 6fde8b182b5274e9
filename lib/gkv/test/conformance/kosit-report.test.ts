import { describe, expect } from '@jest/globals';
import { matchDocumentHash } from '../../document-hash.ts';
import { parseKositReport, reportMessages } from '../../kosit-report.ts';
import { officialTest } from '../support/official-test.ts';
import { sharedBytes } from '../support/shared-data.ts';

describe('KoSIT report, official samples', () => {
  officialTest('an invoice without findings is accepted', () => {
    const report = parseKositReport(sharedBytes('instances/report/report-valid_beispiel2.xml'));
    expect(report).toMatchObject({ accepted: true, warnings: [] });
    expect(report.steps.map((step) => step.id)).toEqual([
      'val-xsd',
      'val-sch.1',
      'val-sch.2',
      'val-sch.3',
    ]);
    expect(matchDocumentHash(report, sharedBytes('SOURCE.md'))).toBe('mismatch');
  });

  officialTest('an invoice with findings is rejected, with the rules it broke', () => {
    const report = parseKositReport(sharedBytes('instances/report/report-valid_beispiel1.xml'));
    expect(report).toMatchObject({ accepted: false, recommendation: 'reject' });
    const codes = reportMessages(report, 'error').map((message) => message.code);
    expect(codes).toEqual(expect.arrayContaining(['BR-CL-21', 'BR-DE-23-a', 'DRE0-EDC-1']));
  });

  officialTest('a report that does not identify its document is noticed', () => {
    const bytes = sharedBytes('instances/report/report-invalid_missing_entry.xml');
    const report = parseKositReport(bytes);
    expect(report.warnings).toEqual(['DOCUMENT_HASH_MISSING']);
    expect(matchDocumentHash(report, bytes)).toBe('unknown');
  });
});
