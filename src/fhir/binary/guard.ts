import type { AccessContext } from '../../storage/access-context.ts';
import type { JsonResource } from '../../storage/content.ts';
import type { BinaryContents } from './contents.ts';
import {
  CONTENT_EXTENSION,
  OWNER_EXTENSION,
  serverExtension,
  withServerExtensions,
} from './server-extensions.ts';

/**
 * The Binary to store, whichever way it came: with the extensions that only the server sets. A pointer of somebody else's
 * making is dropped. Without a securityContext, the first writer stays the owner.
 */
export function guardBinary(
  contents: BinaryContents,
  { principal }: Pick<AccessContext, 'principal'>,
  resource: JsonResource,
  previous?: JsonResource,
): JsonResource {
  if (resource.resourceType !== 'Binary') return resource;
  const owner =
    resource['securityContext'] !== undefined
      ? undefined
      : ((previous === undefined ? undefined : serverExtension(previous, OWNER_EXTENSION)) ??
        principal.reference);
  return withServerExtensions(resource, {
    [CONTENT_EXTENSION]:
      resource.id === undefined ? undefined : contents.pointerOf(resource.id, resource),
    [OWNER_EXTENSION]: owner,
  });
}
