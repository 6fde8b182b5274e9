import type { BundleEntry } from '@medplum/fhirtypes';
import type { JsonResource } from '../../storage/content.ts';
import type { SqlClient } from '../../storage/database.ts';
import { matchResult, putMatch } from '../../storage/repository/writing/conditional-write.ts';
import { addCreate } from '../../storage/repository/writing/add-to-unit.ts';
import type { ResourceInput, Unit, WriteResult } from '../../storage/repository/writing/unit.ts';
import { deleteInUnit, patchInUnit, putInUnit } from '../../storage/repository/writing/write.ts';
import { ifMatch } from '../if-match.ts';
import type { ParsedJson } from '../../json/exact.ts';
import { patchOf } from '../patch/read-patch.ts';
import type { FhirCall } from '../request.ts';
import { entryBody } from './bundle-entry.ts';
import { type Links, resolveReferences } from './placeholders.ts';
import type { Identities } from './identities.ts';
import type { PlannedEntry } from './transaction-plan.ts';

/** What came of one entry. */
export interface EntryResult {
  /** What was written or found; undefined where there was nothing to delete. */
  readonly result?: WriteResult;
  /** Number of resources that were deleted. */
  readonly deleted: readonly WriteResult[];
}

/** Does what one entry asks for, as part of the unit; its references have been resolved. */
export async function writeEntry(
  call: FhirCall,
  unit: Unit,
  client: SqlClient,
  entry: PlannedEntry,
  content: { readonly entry: BundleEntry; readonly exact: BundleEntry },
  identities: Identities,
  links: Links,
): Promise<EntryResult> {
  const { route, index, newId, fullUrl, headers } = entry;
  const { type } = route as { readonly type: string };
  const options = ifMatch({ ...call.request, headers });
  const matches = identities.matches.get(index) ?? [];
  const [match] = matches;
  switch (route.kind) {
    case 'delete':
    case 'conditional-delete': {
      const ids = route.kind === 'delete' ? [route.id] : matches.map(({ id }) => id);
      const deleted: WriteResult[] = [];
      for (const id of ids) {
        const result = await deleteInUnit(unit, client, type, id, options);
        if (result !== undefined) deleted.push(result);
      }
      return { deleted };
    }
    case 'create':
      if (match !== undefined) return { result: matchResult(type, match), deleted: [] };
      return { result: await addCreate(unit, input(), newId), deleted: [] };
    case 'update':
      return { result: await putInUnit(unit, client, route.id, input(), options), deleted: [] };
    case 'conditional-update': {
      const result = await putMatch(unit, client, type, match, input(), options, newId);
      return { result, deleted: [] };
    }
    case 'patch':
    case 'conditional-patch': {
      const id = route.kind === 'patch' ? route.id : (match as { readonly id: string }).id;
      const change = patchOf(call.services.definitions, resolvedPatch());
      return { result: await patchInUnit(unit, client, type, id, change, options), deleted: [] };
    }
    default:
      throw new TypeError(`Not a write: ${route.kind}`);
  }

  function input(): ResourceInput {
    const { entry: plain, exact } = content;
    const resource = resolveReferences(plain.resource as unknown as JsonResource, links, fullUrl);
    if (exact.resource === plain.resource) return { resource, exact: resource };
    const other = resolveReferences(exact.resource as unknown as JsonResource, links, fullUrl);
    return { resource, exact: other };
  }

  function resolvedPatch(): ParsedJson {
    const { json = { value: undefined, exact: undefined } } = entryBody(
      content.entry,
      content.exact,
    );
    const value = patched(json.value, links);
    return { value, exact: json.exact === json.value ? value : patched(json.exact, links) };
  }
}

/** In a JSON Patch what is put somewhere is called `value`, a name under which placeholders are left alone otherwise. */
function patched(body: unknown, links: Links): unknown {
  if (!Array.isArray(body)) return resolveReferences(body, links);
  return body.map((operation: unknown) => {
    if (typeof operation !== 'object' || operation === null) return operation;
    const { value, ...rest } = operation as { readonly value?: unknown };
    if (value === undefined) return operation;
    const target = typeof value === 'string' ? links.targets.get(value) : undefined;
    return { ...rest, value: target ?? resolveReferences(value, links) };
  });
}
