import type { ElementPath } from './field-view.ts';

/** Elements that stand in URLs and headers of every answer, so that leaving them out of its body would hide nothing. */
const SHOWN_ANYWAY: Readonly<Record<ElementPath, string>> = {
  id: 'the id stands in the URL of the resource',
  resourceType: 'the type stands in the URL of the resource',
  meta: 'meta holds version and instant, which stand in the headers; hide its other elements one by one',
  'meta.versionId': 'the version stands in the header ETag',
  'meta.lastUpdated': 'the instant stands in the header Last-Modified',
};

/** Why an element can be neither hidden nor masked, or undefined where it can. */
export function unhideable(path: ElementPath): string | undefined {
  return Object.hasOwn(SHOWN_ANYWAY, path) ? SHOWN_ANYWAY[path] : undefined;
}
