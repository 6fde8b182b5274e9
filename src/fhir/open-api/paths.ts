import type { CapabilityStatementRestResource } from '@medplum/fhirtypes';
import { type JsonObject, ref, resourceContent } from './components.ts';

type Entry = CapabilityStatementRestResource;

/** The paths of one resource type, as the CapabilityStatement says what can be done with it. */
export function typePaths(entry: Entry): Readonly<Record<string, JsonObject>> {
  const { type } = entry;
  const can = new Set(entry.interaction?.map(({ code }) => code));
  const searches = (entry.searchParam ?? []).map(({ name, type: kind, documentation }) => ({
    name,
    in: 'query',
    description: documentation ?? `Search parameter of type ${kind}`,
    schema: { type: 'string' },
  }));
  const paths: Record<string, JsonObject> = {
    [`/${type}`]: defined({
      get:
        can.has('search-type') && call(type, 'search', { parameters: searches, answer: 'Bundle' }),
      post:
        can.has('create') &&
        call(type, 'create', {
          parameters: [ref('parameters', 'ifNoneExist'), ref('parameters', 'prefer')],
          body: type,
          status: '201',
        }),
    }),
    [`/${type}/{id}`]: defined({
      parameters: [ref('parameters', 'id')],
      get:
        can.has('read') && call(type, 'read', { parameters: [ref('parameters', 'ifNoneMatch')] }),
      put:
        can.has('update') &&
        call(type, 'update', { parameters: [ref('parameters', 'ifMatch')], body: type }),
      patch:
        can.has('patch') &&
        call(type, 'patch', { parameters: [ref('parameters', 'ifMatch')], patch: true }),
      delete:
        can.has('delete') &&
        call(type, 'delete', {
          parameters: [ref('parameters', 'ifMatch')],
          answer: 'OperationOutcome',
        }),
    }),
    [`/${type}/{id}/_history`]: defined({
      parameters: [ref('parameters', 'id')],
      get: can.has('history-instance') && call(type, 'history', { answer: 'Bundle' }),
    }),
    [`/${type}/{id}/_history/{vid}`]: defined({
      parameters: [ref('parameters', 'id'), ref('parameters', 'vid')],
      get: can.has('vread') && call(type, 'vread', {}),
    }),
  };
  return Object.fromEntries(Object.entries(paths).filter(([, item]) => hasMethod(item)));
}

/** An operation of the CapabilityStatement at a path. */
export function operationPath(
  name: string,
  documentation: string | undefined,
  { id, get, tag }: { readonly id: string; readonly get: boolean; readonly tag: string },
): JsonObject {
  const common = {
    tags: [tag],
    summary: documentation ?? `The operation ${name}`,
    responses: answers('Resource', '200'),
  };
  return {
    ...(get ? { get: { operationId: `${id}.get`, ...common } } : {}),
    post: {
      operationId: `${id}.post`,
      ...common,
      requestBody: { content: resourceContent('Parameters') },
    },
  };
}

interface Call {
  readonly parameters?: readonly JsonObject[];
  readonly body?: string;
  readonly patch?: boolean;
  /** Type of the answer; the resource type itself unless told. */
  readonly answer?: string;
  readonly status?: string;
}

function call(
  type: string,
  name: string,
  { parameters, body, patch, answer, status }: Call,
): JsonObject {
  return {
    operationId: `${type}.${name}`,
    tags: [type],
    ...(parameters === undefined ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: resourceContent(body) } }),
    ...(patch === true ? { requestBody: { required: true, content: PATCHES } } : {}),
    responses: answers(answer ?? type, status ?? '200'),
  };
}

const PATCHES: JsonObject = {
  'application/json-patch+json': { schema: { type: 'array', items: { type: 'object' } } },
  'application/fhir+json': { schema: ref('schemas', 'Parameters') },
};

function answers(type: string, status: string): JsonObject {
  return {
    [status]: {
      description: `A ${type}`,
      headers: { ETag: ref('headers', 'ETag'), 'Last-Modified': ref('headers', 'Last-Modified') },
      content: resourceContent(type),
    },
    default: ref('responses', 'error'),
  };
}

function defined(item: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== false));
}

function hasMethod(item: JsonObject): boolean {
  return ['get', 'post', 'put', 'patch', 'delete'].some((method) => method in item);
}
