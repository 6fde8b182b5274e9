import { isDeepStrictEqual } from 'node:util';
import type { MedplumClient } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { find, hasTag, type Stored, withTag } from './find.ts';
import { conflict, type Ids, type Step } from './step.ts';
import { TAG_SYSTEM, type WantedResource } from './wanted.ts';

/** What is to be done that a resource is there as it is here. What others put there is theirs, unless forced. */
export async function planResource(
  medplum: MedplumClient,
  { key, resource, rival }: WantedResource,
  ids: Ids,
  force: boolean,
): Promise<Step> {
  const what = `${resource.resourceType} ${JSON.stringify(rival?.value ?? key)}`;
  const { own, rivals } = await find(medplum, resource.resourceType, key, rival);
  const [mine, second] = own;
  if (second !== undefined) return conflict(what, `${own.length} bear its tag; delete all but one`);
  if (mine === undefined && rivals.length > 0 && !force) return foreign(what, rivals);
  if (mine !== undefined && rivals.length > 0) {
    return conflict(
      what,
      `${idsOf(rivals)} has the same name and is not of this deployment; rename it`,
    );
  }
  if (rivals.length > 1) return conflict(what, `${idsOf(rivals)} have the same name`);
  const before = mine ?? rivals[0];
  if (before === undefined) {
    const run = async (): Promise<void> => {
      const made = await medplum.createResourceIfNoneExist(
        withTag(resource, key),
        `_tag=${encodeURIComponent(`${TAG_SYSTEM}|${key}`)}`,
      );
      ids.set(key, made.id);
    };
    return { action: 'create', what, run };
  }
  ids.set(key, before.id);
  const changed = differences(resource, before);
  if (!hasTag(before, key)) changed.push('tag');
  if (changed.length === 0) return { action: 'keep', what };
  const next = { ...withTag(resource, key, before), id: before.id };
  return {
    action: 'update',
    what,
    why: changed.join(', '),
    run: () => replace(medplum, next, before),
  };
}

/** Somebody else's resource is in the way. */
export function foreign(what: string, rivals: readonly Stored[]): Step {
  return conflict(what, `${idsOf(rivals)} was put there by somebody else; --force takes it over`);
}

/** Writes a version after the one that the plan was made for; what was changed since is not lost but refused (412). */
export async function replace(medplum: MedplumClient, next: Stored, before: Stored): Promise<void> {
  const version = before.meta?.versionId;
  const headers = version === undefined ? {} : { 'If-Match': `W/"${version}"` };
  await medplum.updateResource(next, { headers });
}

/** Elements that are not as wanted. `id` and `meta` are the server's. */
function differences(wanted: Resource, stored: Resource): string[] {
  const strip = ({ id: _id, meta: _meta, ...fields }: Resource): Record<string, unknown> => fields;
  const [a, b] = [strip(wanted), strip(stored)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (name) => !isDeepStrictEqual(a[name], b[name]),
  );
}

function idsOf(resources: readonly Stored[]): string {
  return resources.map(({ resourceType, id }) => `${resourceType}/${id}`).join(', ');
}
