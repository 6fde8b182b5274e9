import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectAdminResourceTypes, protectedResourceTypes } from '@medplum/core';

const FOLDER = join(import.meta.dirname, '../../../access-policies');

/** What a cell of the matrix is about. */
export const INTERACTIONS = [
  'read',
  'vread',
  'history',
  'search',
  'create',
  'update',
  'delete',
] as const;

/** One of {@link INTERACTIONS}. */
export type Interaction = (typeof INTERACTIONS)[number];

/** A role as its file has it. */
export interface RoleFile {
  readonly id: string;
  readonly resource?: readonly Entry[];
  readonly extension?: readonly { readonly url: string; readonly valueCode?: string }[];
}

interface Entry {
  readonly resourceType: string;
  readonly interaction?: readonly string[];
  readonly readonly?: boolean;
  readonly extension?: readonly { readonly url: string }[];
}

/** All shipped roles. */
export async function shippedRoles(): Promise<readonly RoleFile[]> {
  const folders = [FOLDER, join(FOLDER, 'sandbox')];
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder))
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(folder, name)),
    ),
  );
  const texts = await Promise.all(files.flat().map((file) => readFile(file, 'utf8')));
  return texts
    .map((text) => JSON.parse(text) as RoleFile)
    .toSorted((a, b) => a.id.localeCompare(b.id));
}

const READING: ReadonlySet<string> = new Set(['read', 'vread', 'history', 'search']);

/** Types that `*` does not stand for. Written down here once more: the product's own list is what is under test. */
const NEVER_BY_WILDCARD: ReadonlySet<string> = new Set([
  ...projectAdminResourceTypes,
  ...protectedResourceTypes,
  'ClientApplication',
  'Bot',
]);

/** Whether a file lets the role do this to some resource of the type: read off the file, by nothing of the product. */
export function isGranted(role: RoleFile, type: string, interaction: Interaction): boolean {
  // The history of a Binary is for those who may read each of its versions.
  if (type === 'Binary' && interaction === 'history') return isGranted(role, type, 'vread');
  return (role.resource ?? []).some((entry) => {
    if (entry.extension?.some(({ url }) => url.endsWith('/access-policy-aggregate-only')) === true)
      return false;
    const covers =
      entry.resourceType === type || (entry.resourceType === '*' && !NEVER_BY_WILDCARD.has(type));
    if (!covers) return false;
    if (entry.readonly === true && !READING.has(interaction)) return false;
    return entry.interaction?.includes(interaction) ?? true;
  });
}

/** Whether a file names an operation. */
export function allowsOperation(role: RoleFile, name: string): boolean {
  return (role.extension ?? []).some(
    ({ url, valueCode }) =>
      url.endsWith('/access-policy-operation') && (valueCode === name || valueCode === '*'),
  );
}
