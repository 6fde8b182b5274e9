import { type ErrorTable, errorFactory } from './fhir-error.ts';

/**
 * Every error that the host itself answers with. Plugins bring tables of their own. `docs/errors.md` is generated from
 * this table, and a test holds both together.
 */
export const HOST_ERRORS = {
  FHIR_UNKNOWN_RESOURCE_TYPE: {
    status: 404,
    issue: 'not-supported',
    hapi: 'HAPI-0302',
    text: 'Unknown resource type "{type}"',
  },
  FHIR_NOT_FOUND: {
    status: 404,
    issue: 'not-found',
    hapi: 'HAPI-2001',
    text: 'Resource {reference} is not known',
  },
  FHIR_DELETED: { status: 410, issue: 'deleted', text: 'Resource {reference} was deleted' },
  FHIR_UNKNOWN_ROUTE: { status: 404, issue: 'not-found', text: 'There is nothing at {path}' },
  FHIR_METHOD_NOT_ALLOWED: {
    status: 405,
    issue: 'not-supported',
    text: '{method} is not allowed at {path}',
  },
  FHIR_INVALID_ID: {
    status: 400,
    issue: 'value',
    text: 'The id is not a FHIR id: 1 to 64 of A-Z a-z 0-9 - .',
  },
  FHIR_ID_MISSING: {
    status: 400,
    issue: 'required',
    hapi: 'HAPI-0419',
    text: 'The resource needs the id of the URL',
  },
  FHIR_ID_DIFFERS: {
    status: 400,
    issue: 'value',
    hapi: 'HAPI-0420',
    text: 'The id of the resource is not the id of the URL',
  },
  FHIR_ID_ON_CREATE: {
    status: 400,
    issue: 'value',
    hapi: 'HAPI-0366',
    text: 'A resource to create brings no id; use PUT to choose one',
  },
  FHIR_TYPE_DIFFERS: {
    status: 400,
    issue: 'value',
    text: 'The body is a {actual} where the URL says {expected}',
  },
  FHIR_VERSION_CONFLICT: {
    status: 412,
    issue: 'conflict',
    hapi: 'HAPI-0989',
    text: 'If-Match names version {expected}, which is not the current version of {reference}',
  },
  FHIR_INVALID_JSON: { status: 400, issue: 'structure', text: 'The body is not JSON: {reason}' },
  FHIR_INVALID_RESOURCE: { status: 400, issue: 'structure', text: 'The resource is not valid' },
  FHIR_BODY_MISSING: { status: 400, issue: 'required', text: 'The request needs a body' },
  FHIR_BODY_TOO_LARGE: {
    status: 413,
    issue: 'too-long',
    text: 'The body is larger than {limit} bytes',
  },
  FHIR_TOO_MANY_VALUES: {
    status: 422,
    issue: 'too-costly',
    text: 'The resource has more than {limit} {what}',
  },
  FHIR_RESPONSE_TOO_LARGE: {
    status: 413,
    issue: 'too-costly',
    text: 'The answer would be larger than {limit} bytes; ask for less at a time',
  },
  FHIR_UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    issue: 'not-supported',
    text: 'Content-Type {type} is not supported here',
  },
  FHIR_NOT_ACCEPTABLE: {
    status: 406,
    issue: 'not-supported',
    text: 'None of the accepted formats is available: {accept}',
  },
  FHIR_INVALID_HEADER: { status: 400, issue: 'value', text: 'The header {name} cannot be read' },
  FHIR_INVALID_PATCH: {
    status: 400,
    issue: 'invalid',
    text: 'The patch cannot be applied: {reason}',
  },
  FHIR_INVALID_BUNDLE: {
    status: 400,
    issue: 'invalid',
    text: 'The Bundle cannot be processed: {reason}',
  },
  FHIR_TRANSACTION_FAILED: {
    status: 400,
    issue: 'processing',
    text: 'Entry {index} failed, so nothing of the transaction was stored: {reason}',
  },
  FHIR_CONTENTION: {
    status: 409,
    issue: 'lock-error',
    hapi: 'HAPI-0550',
    text: 'Others changed the resource at the same moment, again and again; try again',
  },
  FHIR_UNRESOLVED_REFERENCE: {
    status: 400,
    issue: 'not-found',
    text: 'The placeholder {reference} names no entry of the transaction',
  },
  SEARCH_UNKNOWN_PARAMETER: {
    status: 400,
    issue: 'not-supported',
    hapi: 'HAPI-0524',
    text: 'Unknown search parameter "{name}" for resource type "{type}"',
  },
  SEARCH_UNKNOWN_MODIFIER: {
    status: 400,
    issue: 'not-supported',
    text: 'The modifier ":{modifier}" is not supported for the search parameter "{name}"',
  },
  SEARCH_INVALID_VALUE: {
    status: 400,
    issue: 'value',
    text: 'The value of the search parameter "{name}" cannot be read: {reason}',
  },
  SEARCH_UNSUPPORTED_PARAMETER: {
    status: 400,
    issue: 'not-supported',
    text: 'Search parameters of type {kind} are not supported: "{name}"',
  },
  SEARCH_INVALID_CONTROL: {
    status: 400,
    issue: 'value',
    text: 'The parameter {name} cannot be read: {reason}',
  },
  SEARCH_INVALID_PAGE: {
    status: 400,
    issue: 'value',
    text: 'The page link is not one of this server, or belongs to another caller',
  },
  SEARCH_TOO_COMPLEX: {
    status: 400,
    issue: 'too-costly',
    text: 'The search has more than {limit} values',
  },
  AUTH_TOKEN_MISSING: { status: 401, issue: 'login', text: 'The request needs an access token' },
  AUTH_TOKEN_INVALID: { status: 401, issue: 'login', text: 'The access token is not valid' },
  AUTH_TOKEN_EXPIRED: { status: 401, issue: 'expired', text: 'The access token has expired' },
  ACCESS_DENIED: {
    status: 403,
    issue: 'forbidden',
    hapi: 'HAPI-0334',
    text: 'Access denied: no rule of the access policy allows {interaction} on {type}',
  },
  ACCESS_OPERATION_DENIED: {
    status: 403,
    issue: 'forbidden',
    hapi: 'HAPI-0334',
    text: 'Access denied: no rule of the access policy allows the operation ${operation}',
  },
  POLICY_INVALID: {
    status: 422,
    issue: 'business-rule',
    text: 'The AccessPolicy {policy} cannot be enforced: {reason}',
  },
  OPERATION_UNKNOWN: {
    status: 404,
    issue: 'not-supported',
    text: 'There is no operation ${operation} here',
  },
  OPERATION_INVALID_PARAMETERS: {
    status: 400,
    issue: 'invalid',
    text: 'The parameters of ${operation} cannot be read: {reason}',
  },
  BOT_FAILED: { status: 500, issue: 'exception', text: 'The bot {bot} failed' },
  BOT_TIMEOUT: {
    status: 504,
    issue: 'timeout',
    text: 'The bot {bot} ran longer than {seconds} s and was stopped',
  },
  BOT_UNKNOWN: { status: 404, issue: 'not-found', text: 'There is no bot {bot}' },
  SERVER_BUSY: {
    status: 503,
    issue: 'transient',
    text: 'The server cannot take the request at this moment',
  },
  SERVER_DATABASE_UNAVAILABLE: {
    status: 503,
    issue: 'transient',
    text: 'The database cannot be reached',
  },
  SERVER_AUDIT_UNAVAILABLE: {
    status: 503,
    issue: 'no-store',
    text: 'The access could not be recorded, so it was not granted',
  },
  SERVER_ERROR: {
    status: 500,
    issue: 'exception',
    text: 'Internal error; the request id leads to the log',
  },
} as const satisfies ErrorTable;

/** Code of a host error. */
export type HostErrorCode = keyof typeof HOST_ERRORS;

/** Makes a host error. */
export const fhirError = errorFactory(HOST_ERRORS);
