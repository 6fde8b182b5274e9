import type { Principal } from '../access/principal.ts';
import { readAuditPage } from '../audit/export-page.ts';
import { type BulkService, contextOf } from './bulk-service.ts';
import { readDeletedPage } from './deleted-page.ts';
import { emptyPage, type ExportPage, readExportPage } from './export-page.ts';
import { type ExportPlan, type ExportStep, writtenTypes } from './export-plan.ts';
import { exportScope } from './export-scope.ts';
import { ignoredPage } from './ignored-page.ts';
import type { BulkJob } from './job-store.ts';
import { createBlockReader } from './patient-blocks.ts';

/** Reads a step page by page, and says which rules of the policy show what it reads. */
export interface ExportReader {
  read(after: string): Promise<ExportPage>;
  readonly rules: readonly string[];
}

/** The reader of a step under the policy of this moment. */
export function exportReader(
  service: BulkService,
  job: BulkJob,
  principal: Principal,
  step: ExportStep,
): ExportReader {
  const { store, settings, baseUrls } = service;
  const { transactionTime } = job;
  const plan = job.plan as ExportPlan;
  if (step.list === 'error') {
    return { read: (after) => Promise.resolve(ignoredPage(plan, after)), rules: [] };
  }
  if (step.of === 'patients') {
    const read = createBlockReader(service, principal, plan, transactionTime);
    const rules = writtenTypes(plan).flatMap((type) =>
      principal.policy.rules(type, 'search').map(({ id }) => id),
    );
    return { read, rules: [...new Set(rules)] };
  }
  if (step.type === 'AuditEvent') {
    const scope = exportScope(store, principal, plan, step.type, baseUrls);
    const context = contextOf(job, principal);
    return {
      // Nothing of the ledger is ever deleted through the API.
      read: (after) =>
        step.list === 'deleted'
          ? Promise.resolve(emptyPage(after))
          : readAuditPage(store, context, scope, plan, transactionTime, after),
      rules: scope.rules,
    };
  }
  const ofType = exportScope(store, principal, plan, step.type, baseUrls);
  const scope = step.of === 'nobody' ? { ...ofType, ofNobody: true } : ofType;
  return {
    read: (after) =>
      step.list === 'deleted'
        ? readDeletedPage(store, scope, plan, transactionTime, after)
        : readExportPage(store, scope, plan, transactionTime, after, settings.linesPerFile),
    rules: scope.rules,
  };
}
