import { accessLog } from './access-log.ts';
import { auditCheckpoint } from './audit-checkpoint.ts';
import { auditKeys } from './audit-keys.ts';
import { consistencyProof } from './consistency-proof.ts';
import { appliesTo, type CoreOperation, type OperationTarget } from './core-operation.ts';
import { check } from './check.ts';
import { deploy } from './deploy.ts';
import { everything } from './everything.ts';
import { expand } from './expand.ts';
import { expandProfile } from './expand-profile.ts';
import { explain } from './explain.ts';
import { bulkExport } from './export.ts';
import { expunge } from './expunge.ts';
import { getResourceCounts } from './get-resource-counts.ts';
import { getWsBindingToken } from './get-ws-binding-token.ts';
import { graphql } from './graphql.ts';
import { bulkImport } from './import.ts';
import { inclusionProof } from './inclusion-proof.ts';
import { jobs } from './jobs.ts';
import { lastn } from './lastn.ts';
import { lookup } from './lookup.ts';
import { metaAdd } from './meta-add.ts';
import { metaDelete } from './meta-delete.ts';
import { meta } from './meta.ts';
import { reindex } from './reindex.ts';
import { runs } from './runs.ts';
import { stats } from './stats.ts';
import { subsumes } from './subsumes.ts';
import { translateOperation } from './translate.ts';
import { validate } from './validate.ts';
import { validateCode } from './validate-code.ts';

/** The operations of the host, in alphabetical order. Plugins add theirs; of one name the host's counts. */
export const CORE_OPERATIONS: readonly CoreOperation[] = [
  accessLog,
  auditCheckpoint,
  auditKeys,
  consistencyProof,
  check,
  deploy,
  everything,
  expand,
  expandProfile,
  explain(findCoreOperation),
  bulkExport,
  expunge,
  getResourceCounts,
  getWsBindingToken,
  graphql,
  bulkImport,
  inclusionProof,
  jobs,
  lastn,
  lookup,
  metaAdd,
  metaDelete,
  meta,
  reindex,
  runs,
  stats,
  subsumes,
  translateOperation,
  validate,
  validateCode,
];

/** Finds the host's own operation. */
export function findCoreOperation(
  name: string,
  target: OperationTarget,
): CoreOperation | undefined {
  return CORE_OPERATIONS.find(
    (operation) => operation.name === name && appliesTo(operation, target),
  );
}
