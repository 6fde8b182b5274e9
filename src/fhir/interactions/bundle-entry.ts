import type { BundleEntry } from '@medplum/fhirtypes';
import { fhirError } from '../outcome/codes.ts';
import type { ParsedJson } from '../json/exact.ts';
import type { FhirError } from '../outcome/fhir-error.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH']);

/** What an entry of a batch or transaction asks for. */
export interface EntryRequest {
  readonly method: string;
  /** Path below the base, without a leading slash. */
  readonly path: string;
  readonly query: string;
}

/** Reads `entry.request`, or says what is wrong with it. */
export function entryRequest(entry: BundleEntry): EntryRequest | { readonly error: FhirError } {
  const request = entry.request as { method?: unknown; url?: unknown } | undefined;
  const invalid = (reason: string) => ({ error: fhirError('FHIR_INVALID_BUNDLE', { reason }) });
  if (typeof request !== 'object') return invalid('an entry has no request');
  const { method, url } = request;
  if (typeof method !== 'string' || !METHODS.has(method))
    return invalid('an entry has no known request.method');
  if (typeof url !== 'string' || url.length > 8_192) return invalid('an entry has no request.url');
  if (/^[a-z]+:/i.test(url))
    return invalid('a request.url must be relative to the base of this server');
  const [path = '', query = ''] = split(url);
  if (/^\/?$/.test(path)) return invalid('a Bundle cannot stand inside a Bundle');
  return { method, path: path.replace(/^\//, ''), query };
}

/** Conditions of an entry as the header fields they stand for. */
export function entryHeaders(entry: BundleEntry): Record<string, string | undefined> {
  const { ifMatch, ifNoneMatch, ifNoneExist } = entry.request ?? {};
  const patch =
    entry.request?.method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json';
  return {
    'content-type': patch,
    'if-match': ifMatch,
    'if-none-match': ifNoneMatch,
    'if-none-exist': ifNoneExist,
  };
}

/** The resource of an entry as a body; a JSON Patch travels as a Binary. */
export function entryBody(entry: BundleEntry, exact: BundleEntry): { readonly json?: ParsedJson } {
  const { resource, request } = entry;
  if (resource === undefined) return {};
  if (request?.method === 'PATCH' && resource.resourceType === 'Binary') {
    try {
      const value: unknown = JSON.parse(
        Buffer.from(resource.data ?? '', 'base64').toString('utf8'),
      );
      return { json: { value, exact: value } };
    } catch (cause) {
      throw fhirError('FHIR_INVALID_BUNDLE', { reason: 'a patch is not JSON' }, { cause });
    }
  }
  return { json: { value: resource, exact: exact.resource } };
}

function split(url: string): readonly [string, string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}
