import type { OperationOutcome } from '@medplum/fhirtypes';
import type { BundleEntryText } from '../bundle-text.ts';
import type { FhirCall } from '../request.ts';
import { etag, preferredReturn } from '../respond.ts';
import type { ResponseBudget } from '../response-budget.ts';
import { statusText } from './status-text.ts';
import { createSuccess, deleteSuccess, patchSuccess, updateSuccess } from './success.ts';
import type { PlannedEntry } from './transaction-plan.ts';
import type { EntryResult } from './transaction-write.ts';

/** The answer to an entry that wrote something; the resource only where the client asks for it by `Prefer`. */
export function entryAnswer(
  call: FhirCall,
  budget: ResponseBudget,
  entry: PlannedEntry,
  { result, deleted }: EntryResult,
): BundleEntryText {
  const { kind } = entry.route;
  if (result === undefined) {
    const [only, second] = deleted;
    return {
      response: {
        status: '204 No Content',
        ...(only === undefined || second !== undefined ? {} : { etag: etag(only.version) }),
        outcome: deleteSuccess(deleted.length, entry.request.path),
      },
    };
  }
  const shown =
    preferredReturn(call.request) === 'representation' &&
    call.request.headers['prefer'] !== undefined &&
    budget.take(result.content);
  return {
    ...(shown ? { resource: result.content } : {}),
    response: {
      status: statusText(result.created ? 201 : 200),
      location: `${result.type}/${result.id}/_history/${String(result.version)}`,
      etag: etag(result.version),
      lastModified: new Date(result.lastUpdated).toISOString(),
      outcome: success(),
    },
  };

  function success(): OperationOutcome {
    const written = result as NonNullable<typeof result>;
    const matched = entry.criteria === undefined ? undefined : !written.created;
    if (kind === 'create') return createSuccess(written, matched);
    if (kind === 'patch' || kind === 'conditional-patch')
      return patchSuccess(written, kind === 'conditional-patch');
    return updateSuccess(written, matched);
  }
}
