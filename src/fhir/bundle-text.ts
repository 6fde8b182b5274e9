import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { ShownText } from '../storage/repository/shown/shown-text.ts';

/** Entry of a Bundle; `resource` is JSON text, which is not parsed to be sent. */
export interface BundleEntryText {
  readonly fullUrl?: string;
  readonly resource?: ShownText;
  readonly search?: { readonly mode: 'match' | 'include' | 'outcome' };
  readonly request?: { readonly method: string; readonly url: string };
  readonly response?: Readonly<Record<string, unknown>>;
}

/** Prints a Bundle around stored texts. @see https://hl7.org/fhir/R4/bundle.html */
export function bundleText(
  clock: Clock,
  type: string,
  links: readonly { readonly relation: string; readonly url: string }[],
  entries: readonly BundleEntryText[],
  total?: number,
): string {
  const lastUpdated = new Date(clock.now()).toISOString();
  const head = `{"resourceType":"Bundle","id":"${randomUUID()}","meta":{"lastUpdated":"${lastUpdated}"},"type":"${type}"`;
  const counted = total === undefined ? '' : `,"total":${String(total)}`;
  const linked = links.length === 0 ? '' : `,"link":${JSON.stringify(links)}`;
  const listed = entries.length === 0 ? '' : `,"entry":[${entries.map(entryText).join(',')}]`;
  return `${head}${counted}${linked}${listed}}`;
}

function entryText({ fullUrl, resource, search, request, response }: BundleEntryText): string {
  const members: string[] = [];
  if (fullUrl !== undefined) members.push(`"fullUrl":${JSON.stringify(fullUrl)}`);
  if (resource !== undefined) members.push(`"resource":${resource}`);
  if (search !== undefined) members.push(`"search":{"mode":"${search.mode}"}`);
  if (request !== undefined) members.push(`"request":${JSON.stringify(request)}`);
  if (response !== undefined) members.push(`"response":${JSON.stringify(response)}`);
  return `{${members.join(',')}}`;
}
