import type { OperationOutcome } from '@medplum/fhirtypes';
import {
  type ShownDeletion,
  shownDeletion,
  type ShownWrite,
  shownWrite,
} from '../../storage/repository/writing/shown-write.ts';
import type { BundleEntryText } from '../bundle-text.ts';
import type { FhirCall } from '../request.ts';
import { etag, preferredReturn } from '../respond.ts';
import type { ResponseBudget } from '../response-budget.ts';
import { statusText } from './status-text.ts';
import { createSuccess, deleteSuccess, patchSuccess, updateSuccess } from './success.ts';
import type { PlannedEntry } from './transaction-plan.ts';
import type { EntryResult } from './transaction-write.ts';

/** What the caller sees of an entry's result. */
export interface ShownResult {
  readonly result?: ShownWrite;
  readonly deleted: readonly ShownDeletion[];
}

/** Shows what came of an entry. */
export async function shownResult(
  { services, context }: FhirCall,
  { result, deleted }: EntryResult,
): Promise<ShownResult> {
  const { store } = services;
  return {
    ...(result === undefined ? {} : { result: await shownWrite(store, context, result) }),
    deleted: deleted.map((one) => shownDeletion(store, context, one)),
  };
}

/** The answer to an entry that wrote something; the resource only where the client asks for it by `Prefer`. */
export function entryAnswer(
  call: FhirCall,
  budget: ResponseBudget,
  entry: PlannedEntry,
  { result, deleted }: ShownResult,
): BundleEntryText {
  const { kind } = entry.route;
  if (result === undefined) {
    const [only, second] = deleted;
    const versionId = second === undefined ? only?.versionId : undefined;
    return {
      response: {
        status: '204 No Content',
        ...(versionId === undefined ? {} : { etag: etag(versionId) }),
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
      location: `${result.type}/${result.id}/_history/${result.versionId}`,
      etag: etag(result.versionId),
      ...(result.lastUpdated === undefined
        ? {}
        : { lastModified: new Date(result.lastUpdated).toISOString() }),
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
