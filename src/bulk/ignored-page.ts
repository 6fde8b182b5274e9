import type { OperationOutcome } from '@medplum/fhirtypes';
import { emptyPage, type ExportPage } from './export-page.ts';
import type { ExportPlan } from './export-plan.ts';

/** What a lenient client asked for in vain, as one OperationOutcome each. */
export function ignoredPage({ ignored }: ExportPlan, after: string): ExportPage {
  const lines = ignored.map(
    (text): OperationOutcome => ({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'warning', code: 'not-supported', details: { text }, diagnostics: text }],
    }),
  );
  return {
    ...emptyPage(after),
    text: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    lines: lines.length,
  };
}
