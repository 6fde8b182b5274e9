import type { BundleEntry } from '@medplum/fhirtypes';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirError } from '../../outcome/fhir-error.ts';
import type { ParsedJson } from '../../json/exact.ts';
import { parseBody } from '../read-body.ts';
import type { FhirResponse } from '../request.ts';
import type { ResponseBudget } from '../response-budget.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH']);

/** What an entry of a batch or transaction asks for. */
export interface EntryRequest {
  readonly method: string;
  /** Path below the base, without a leading slash. */
  readonly path: string;
  readonly query: string;
}

/** Members of `entry.request` that are texts where they are there. */
const CONDITIONS = ['ifMatch', 'ifNoneMatch', 'ifNoneExist', 'ifModifiedSince'] as const;

/**
 * Reads `entry.request`, and makes sure that what else is read of the entry has the type it should have: nothing of a
 * Bundle has been validated when it gets here.
 * @throws FhirError `FHIR_INVALID_BUNDLE`
 */
export function entryRequest(entry: BundleEntry): EntryRequest {
  const invalid = (reason: string) => fhirError('FHIR_INVALID_BUNDLE', { reason });
  const { request, resource, fullUrl } = entry as Readonly<Record<string, unknown>>;
  if (!isObject(request)) throw invalid('an entry has no request');
  const { method, url } = request;
  if (typeof method !== 'string' || !METHODS.has(method))
    throw invalid('an entry has no known request.method');
  if (typeof url !== 'string' || url.length > 8_192) throw invalid('an entry has no request.url');
  if (CONDITIONS.some((name) => !isOptionalText(request[name])))
    throw invalid('a condition of an entry is not a string');
  if (!isOptionalText(fullUrl)) throw invalid('the fullUrl of an entry is not a string');
  if (resource !== undefined && !isObject(resource))
    throw invalid('the resource of an entry is not an object');
  if (/^[a-z]+:/i.test(url))
    throw invalid('a request.url must be relative to the base of this server');
  const [path, query] = split(url);
  if (/^\/?$/.test(path)) throw invalid('a Bundle cannot stand inside a Bundle');
  return { method, path: path.replace(/^\//, ''), query };
}

/** Conditions of an entry as the header fields they stand for. */
export function entryHeaders(entry: BundleEntry): Record<string, string | undefined> {
  const { ifMatch, ifNoneMatch, ifNoneExist, ifModifiedSince } = entry.request ?? {};
  const patch =
    entry.request?.method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json';
  return {
    'content-type': patch,
    'if-match': ifMatch,
    'if-none-match': ifNoneMatch,
    'if-none-exist': ifNoneExist,
    'if-modified-since': ifModifiedSince,
  };
}

/** The resource of an entry as a body; a JSON Patch travels as a Binary. */
export function entryBody(entry: BundleEntry, exact: BundleEntry): { readonly json?: ParsedJson } {
  const { resource, request } = entry;
  if (resource === undefined) return {};
  if (request?.method === 'PATCH' && resource.resourceType === 'Binary') {
    const { data } = resource as { data?: unknown };
    const text = Buffer.from(typeof data === 'string' ? data : '', 'base64').toString('utf8');
    return { json: parseBody(text) };
  }
  return { json: { value: resource, exact: exact.resource } };
}

/**
 * The answer to an entry, as far as the answer to the whole Bundle has room for it. A read without room is an error; a
 * write has happened, so that only what it would show is left out.
 */
export function withinBudget(
  budget: ResponseBudget,
  response: FhirResponse,
  reading: boolean,
): FhirResponse {
  const { body, ...bare } = response;
  const { status } = response;
  if (body === undefined || budget.take(body)) return response;
  if (status < 400 && !reading) return bare;
  const answer = errorAnswer(budget.error());
  return status < 400 ? answer : { ...answer, status };
}

/** The answer to an entry that failed before anybody was asked. */
export function errorAnswer({ status, outcome }: FhirError): FhirResponse {
  return { status, headers: {}, body: JSON.stringify(outcome) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function split(url: string): readonly [string, string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}
