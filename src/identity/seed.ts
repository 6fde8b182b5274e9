import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Mode } from '../plugin/sdk.ts';
import type { Principal } from '../access/principal.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { JsonResource } from '../storage/content.ts';
import { readCurrent, type SystemType } from '../storage/repository/reading/system-read.ts';
import { updateResource } from '../storage/repository/writing/write.ts';

/**
 * Reads the AccessPolicies that ship with the product: one role a file, the id is the name of the file. Those in the
 * folder `sandbox` are for the sandbox only.
 */
export async function shippedPolicies(
  directory: string,
  mode: Mode,
): Promise<readonly JsonResource[]> {
  const folders = [directory, ...(mode === 'sandbox' ? [join(directory, 'sandbox')] : [])];
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder))
        .filter((file) => file.endsWith('.json'))
        .sort()
        .map((file) => join(folder, file)),
    ),
  );
  return Promise.all(
    files.flat().map(async (file) => JSON.parse(await readFile(file, 'utf8')) as JsonResource),
  );
}

/**
 * Stores resources that ship with the product. One that an admin has changed since, or that stood under the id before it
 * shipped, is left alone, and the log says so; all others follow the product.
 */
export async function seedResources(
  store: ClinicalStore,
  principal: Principal,
  resources: readonly JsonResource[],
  log: Logger,
): Promise<void> {
  const context: AccessContext = { principal, requestId: 'seed' };
  const rows = await store.database.query<{ reference: string; checksum: string; version: number }>(
    {
      text: 'select reference, checksum, version from seeded_resource',
    },
  );
  const seeded = new Map(rows.map((row) => [row.reference, row]));
  for (const resource of resources) {
    const id = resource.id ?? '';
    const reference = `${resource.resourceType}/${id}`;
    const checksum = hash('sha256', JSON.stringify(resource), 'hex');
    const before = seeded.get(reference);
    if (before?.checksum === checksum) continue;
    const current = await readCurrent(store, resource.resourceType as SystemType, id);
    if (before === undefined ? isForeign(current, resource) : !isVersion(current, before.version)) {
      log.warn(
        { event: 'seed.kept', reference },
        'The product ships another version, but this one is somebody else’s or has been edited',
      );
      continue;
    }
    const written = await updateResource(store, context, id, { resource, exact: resource });
    await store.database.query({
      text: `insert into seeded_resource (reference, checksum, version) values ($1, $2, $3)
        on conflict (reference) do update set checksum = excluded.checksum, version = excluded.version`,
      values: [reference, checksum, Number(written.versionId)],
    });
  }
}

function isVersion(current: JsonResource | undefined, version: number): boolean {
  return current?.meta?.versionId === String(version);
}

/** Never seeded, and not what a start that was interrupted has left behind. */
function isForeign(current: JsonResource | undefined, shipped: JsonResource): boolean {
  if (current === undefined) return false;
  const { meta: _current, ...there } = current;
  const { meta: _shipped, ...wanted } = shipped;
  return !isDeepStrictEqual(there, wanted);
}
