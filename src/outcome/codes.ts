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
  FHIR_INVALID_XML: { status: 400, issue: 'structure', text: 'The body is not FHIR XML: {reason}' },
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
  FHIR_ON_BEHALF_OF: {
    status: 400,
    issue: 'not-supported',
    text: 'X-Medplum-On-Behalf-Of is not supported: everybody acts as themselves',
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
  FHIR_DUPLICATE_ENTRY: {
    status: 400,
    issue: 'duplicate',
    hapi: 'HAPI-0535',
    text: 'The transaction Bundle contains multiple entries that write {reference}',
  },
  FHIR_CRITERIA_MISSING: {
    status: 400,
    issue: 'required',
    hapi: 'HAPI-0418',
    text: 'A conditional {interaction} needs search parameters that select resources',
  },
  FHIR_MULTIPLE_MATCHES: {
    status: 412,
    issue: 'multiple-matches',
    hapi: 'HAPI-0958',
    text: 'The conditional {interaction} matches more than one {type}',
  },
  FHIR_TOO_MANY_MATCHES: {
    status: 412,
    issue: 'too-costly',
    text: 'The conditional delete matches more than {limit} resources; narrow the criteria',
  },
  FHIR_NO_MATCH: {
    status: 404,
    issue: 'not-found',
    hapi: 'HAPI-1091',
    text: 'Invalid match URL: no {type} matches the criteria',
  },
  FHIR_ID_TAKEN: {
    status: 409,
    issue: 'conflict',
    text: 'The criteria match nothing, but {reference} exists already',
  },
  FHIR_REFERENCE_NOT_FOUND: {
    status: 400,
    issue: 'not-found',
    hapi: 'HAPI-1094',
    text: 'Resource {reference} not found, specified in path: {path}',
  },
  FHIR_REFERENCE_TYPE: {
    status: 422,
    issue: 'value',
    hapi: 'HAPI-1095',
    text: 'A reference to a {target} is not allowed in path: {path}',
  },
  FHIR_REFERENCED: {
    status: 409,
    issue: 'conflict',
    hapi: 'HAPI-0515',
    text: 'Unable to delete {reference} because at least one resource has a reference to it{named}. {hint}',
  },
  FHIR_CASCADE_LIMIT: {
    status: 409,
    issue: 'too-costly',
    text: 'The cascade would delete more than {limit} resources',
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
  SEARCH_PARAMETER_INDEXING: {
    status: 400,
    issue: 'not-supported',
    text: 'The search parameter "{name}" of {type} is being indexed; it can be searched by once that is done',
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
  SEARCH_LINK_TOO_LONG: {
    status: 400,
    issue: 'too-costly',
    text: 'The search has more pages but is too long for a link to the next one; ask for fewer values or a larger _count',
  },
  SEARCH_TOO_COMPLEX: {
    status: 400,
    issue: 'too-costly',
    text: 'The search has more than {limit} values',
  },
  SEARCH_CHAIN_TOO_LONG: {
    status: 400,
    issue: 'too-costly',
    text: 'The search parameter "{name}" leads over more than {limit} references',
  },
  SEARCH_TOO_MANY_CHAINS: {
    status: 400,
    issue: 'too-costly',
    text: 'The search follows references in more than {limit} ways; name the type of the target, as in subject:Patient.name',
  },
  SEARCH_INVALID_FILTER: {
    status: 400,
    issue: 'invalid',
    text: 'The expression of _filter cannot be read at character {position}: {reason}',
  },
  TERMINOLOGY_SET_UNKNOWN: {
    status: 404,
    issue: 'not-found',
    text: 'The value set {valueSet} is not known',
  },
  TERMINOLOGY_SYSTEM_UNKNOWN: {
    status: 404,
    issue: 'not-found',
    text: 'The code system {system} {reason}',
  },
  TERMINOLOGY_CODE_UNKNOWN: {
    status: 404,
    issue: 'not-found',
    text: 'The code system {system} has no such code',
  },
  TERMINOLOGY_MAP_UNKNOWN: {
    status: 404,
    issue: 'not-found',
    text: 'The concept map {map} is not known',
  },
  TERMINOLOGY_CYCLE: {
    status: 422,
    issue: 'processing',
    text: 'The value set {valueSet} contains itself',
  },
  TERMINOLOGY_FILTER: {
    status: 422,
    issue: 'not-supported',
    text: 'A filter of the value set cannot be applied: {reason}',
  },
  TERMINOLOGY_TOO_COSTLY: {
    status: 422,
    issue: 'too-costly',
    text: 'The value set is larger than the limit of {limit}; narrow it, or ask about single codes',
  },
  FHIR_PROFILE_VIOLATED: {
    status: 422,
    issue: 'processing',
    text: 'The resource does not conform to a profile that it claims',
  },
  AUTH_TOKEN_MISSING: { status: 401, issue: 'login', text: 'The request needs an access token' },
  AUTH_TOKEN_INVALID: { status: 401, issue: 'login', text: 'The access token is not valid' },
  AUTH_TOKEN_EXPIRED: { status: 401, issue: 'expired', text: 'The access token has expired' },
  AUTH_STEP_UP_REQUIRED: {
    status: 401,
    issue: 'login',
    text: 'The access policy demands a stronger authentication than that of the access token',
  },
  ACCESS_DENIED: {
    status: 403,
    issue: 'forbidden',
    hapi: 'HAPI-0334',
    text: 'Access denied: no rule of the access policy allows {interaction} on {type}',
  },
  ACCESS_DENIED_NETWORK: {
    status: 403,
    issue: 'forbidden',
    text: 'Access denied: the access policy does not admit requests from this network address',
  },
  ACCESS_CONSTRAINT: {
    status: 403,
    issue: 'forbidden',
    hapi: 'HAPI-0334',
    text: 'Access denied: the write does not satisfy the constraint of the rule {rule}',
  },
  ACCESS_FIELD_HIDDEN: {
    status: 403,
    issue: 'forbidden',
    hapi: 'HAPI-0334',
    text: 'Access denied: the rule {rule} hides {path}, which can therefore not be set',
  },
  ACCESS_FIELD_READONLY: {
    status: 403,
    issue: 'forbidden',
    hapi: 'HAPI-0334',
    text: 'Access denied: the rule {rule} does not allow {path} to be set or changed',
  },
  ACCESS_OPERATION_DENIED: {
    status: 403,
    issue: 'forbidden',
    hapi: 'HAPI-0334',
    text: 'Access denied: no rule of the access policy allows the operation ${operation}',
  },
  ACCESS_PATIENT_RECORD: {
    status: 403,
    issue: 'forbidden',
    hapi: 'HAPI-0334',
    text: 'Access denied: a Patient is deleted only by who may read everything that could refer to one',
  },
  ACCESS_PARAMETER_BLOCKED: {
    status: 403,
    issue: 'forbidden',
    hapi: 'HAPI-0334',
    text: 'Access denied: the access policy hides from you what {name} of {type} looks at (rule {rules})',
  },
  AGGREGATE_DENIED: {
    status: 403,
    issue: 'forbidden',
    text: 'No access policy opens {type} to aggregates',
  },
  AGGREGATE_TOO_LARGE: {
    status: 422,
    issue: 'too-costly',
    text: 'An aggregate is about {limit} patients at most',
  },
  FHIR_ID_WITHOUT_PSEUDONYM: {
    status: 404,
    issue: 'not-found',
    text: 'The resource is not known',
  },
  CREDENTIAL_IN_RESOURCE: {
    status: 422,
    issue: 'security',
    text: 'The element {element} is never stored: credentials do not belong in resources',
  },
  POLICY_INVALID: {
    status: 422,
    issue: 'business-rule',
    text: 'The AccessPolicy {policy} cannot be enforced: {reason}',
  },
  SEARCH_PARAMETER_UNUSABLE: {
    status: 422,
    issue: 'business-rule',
    text: 'The SearchParameter cannot be searched by: {reason}',
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
  BLOB_NOT_FOUND: {
    status: 404,
    issue: 'not-found',
    text: 'The content is not in the store any more',
  },
  BLOB_STORE_UNAVAILABLE: {
    status: 503,
    issue: 'no-store',
    text: 'The store of large content cannot be reached',
  },
  BINARY_NOT_SEARCHABLE: {
    status: 405,
    issue: 'not-supported',
    text: 'Binary can be read, not {interaction}: who may see one depends on its securityContext',
  },
  BINARY_INVALID: { status: 422, issue: 'value', text: 'The Binary is not valid: {reason}' },
  BINARY_RANGE_NOT_SATISFIABLE: {
    status: 416,
    issue: 'value',
    text: 'The range lies outside of the content',
  },
  SUBSCRIPTION_INVALID: {
    status: 422,
    issue: 'value',
    text: 'The Subscription cannot be served: {reason}',
  },
  SUBSCRIPTION_BINDING_INVALID: {
    status: 400,
    issue: 'value',
    text: 'The Subscription cannot be bound: {reason}',
  },
  STATS_UNITS_DIFFER: {
    status: 422,
    issue: 'business-rule',
    text: 'The observations have different units, so no figure can be computed',
  },
  GRAPHQL_INVALID: {
    status: 400,
    issue: 'invalid',
    text: 'The GraphQL query cannot be executed: {reason}',
  },
  GRAPHQL_TOO_DEEP: {
    status: 400,
    issue: 'too-costly',
    text: 'The GraphQL query has {depth} levels; {limit} are allowed',
  },
  GRAPHQL_TOO_COSTLY: {
    status: 400,
    issue: 'too-costly',
    text: 'The GraphQL query may need {cost} accesses; {limit} are allowed',
  },
  BULK_ASYNC_REQUIRED: {
    status: 400,
    issue: 'invalid',
    hapi: 'HAPI-0513',
    text: 'Must request async processing for ${operation}: the header Prefer: respond-async is missing',
  },
  BULK_PARAMETER_INVALID: {
    status: 400,
    issue: 'value',
    text: 'The parameter {name} cannot be read: {reason}',
  },
  BULK_PARAMETER_UNSUPPORTED: {
    status: 400,
    issue: 'not-supported',
    text: 'The parameter {name} is not supported as it is given: {reason}',
  },
  BULK_TOO_MANY_JOBS: {
    status: 429,
    issue: 'throttled',
    text: 'There are {limit} jobs of this client already; wait for one to end, or remove one',
  },
  BULK_INPUT_UNAVAILABLE: {
    status: 422,
    issue: 'incomplete',
    text: 'The input cannot be fetched: {reason}',
  },
  BULK_LINE_TOO_LONG: {
    status: 422,
    issue: 'too-long',
    text: 'The line is longer than {limit} bytes',
  },
  BULK_LINES_UNLISTED: {
    status: 422,
    issue: 'too-costly',
    text: '{count} more lines could not be imported; only the first {limit} are listed',
  },
  BULK_JOB_UNKNOWN: { status: 404, issue: 'not-found', text: 'There is no such job' },
  BULK_POLICY_CHANGED: {
    status: 403,
    issue: 'forbidden',
    text: 'What you may see has changed since the export was started; start it again',
  },
  BULK_JOB_FAILED: { status: 500, issue: 'exception', text: 'The job failed: {reason}' },
  // No 5xx: clients repeat those by themselves, and a bot is not to run again because of it.
  BOT_FAILED: { status: 400, issue: 'exception', text: 'The bot {bot} failed' },
  BOT_TIMEOUT: {
    status: 400,
    issue: 'timeout',
    text: 'The bot {bot} ran longer than {seconds} s and was stopped',
  },
  BOT_CODE_CHANGED: {
    status: 409,
    issue: 'security',
    text: 'The code of the bot {bot} is not what was deployed; deploy it again',
  },
  BOT_CODE_INVALID: {
    status: 400,
    issue: 'invalid',
    text: 'The code is no CommonJS module: {reason}',
  },
  BOT_CODE_NOT_DEPLOYED: {
    status: 400,
    issue: 'business-rule',
    text: 'executableCode is set by $deploy alone',
  },
  BOT_ISOLATION_UNAVAILABLE: {
    status: 400,
    issue: 'not-supported',
    text: 'This machine cannot cut a deployed bot off as the deployment demands',
  },
  BOT_NOT_DEPLOYED: {
    status: 400,
    issue: 'business-rule',
    text: 'The bot {bot} has no code; deploy it first',
  },
  BOT_RUN_UNKNOWN: { status: 404, issue: 'not-found', text: 'There is no such job' },
  BOT_SCHEDULE_INVALID: {
    status: 400,
    issue: 'invalid',
    text: 'The schedule of the bot cannot be kept: {reason}',
  },
  BOT_SHIPPED: {
    status: 409,
    issue: 'business-rule',
    text: 'The bot {bot} ships with the product; its code is not deployed',
  },
  BOT_UNKNOWN: { status: 404, issue: 'not-found', text: 'There is no bot {bot}' },
  HTTP_MALFORMED: { status: 400, issue: 'structure', text: 'This is no HTTP request' },
  HTTP_HEAD_TOO_LARGE: {
    status: 431,
    issue: 'too-long',
    text: 'The request line and header fields are too long; long searches can be sent by POST to _search',
  },
  HTTP_REQUEST_TIMEOUT: {
    status: 408,
    issue: 'timeout',
    text: 'The request did not arrive in time',
  },
  HTTP_FORWARDED_UNTRUSTED: {
    status: 400,
    issue: 'security',
    text: 'The header field {name} comes from a hop that is no proxy of this server (http.trustedProxies)',
  },
  HTTP_NOT_ENCRYPTED: {
    status: 403,
    issue: 'security',
    text: 'This server is reached by https only',
  },
  SERVER_BUSY: {
    status: 503,
    issue: 'transient',
    text: 'The server cannot take the request at this moment',
  },
  SERVER_STATEMENT_TIMEOUT: {
    status: 503,
    issue: 'too-costly',
    text: 'The request took the database too long; nothing was changed',
  },
  SERVER_DATABASE_UNAVAILABLE: {
    status: 503,
    issue: 'transient',
    text: 'The database cannot be reached',
  },
  AUDIT_NOT_SEALED: {
    status: 409,
    issue: 'incomplete',
    text: 'No checkpoint covers the AuditEvent yet; try again in a moment',
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
