import { fhirError } from '../outcome/codes.ts';
import type { Definitions } from '../definitions/model.ts';

/** What a method and path ask for. @see https://hl7.org/fhir/R4/http.html#summary */
export type Route =
  | { readonly kind: 'capabilities' }
  | { readonly kind: 'bundle' }
  | { readonly kind: 'read'; readonly type: string; readonly id: string }
  | { readonly kind: 'vread'; readonly type: string; readonly id: string; readonly version: string }
  | { readonly kind: 'history'; readonly type: string; readonly id: string }
  | { readonly kind: 'create'; readonly type: string }
  | { readonly kind: 'update'; readonly type: string; readonly id: string }
  | { readonly kind: 'patch'; readonly type: string; readonly id: string }
  | { readonly kind: 'delete'; readonly type: string; readonly id: string }
  | { readonly kind: 'search'; readonly type: string; readonly form: boolean }
  | { readonly kind: 'search-system'; readonly form: boolean }
  | {
      readonly kind: 'search-compartment';
      readonly compartment: string;
      readonly id: string;
      /** Type of the resources searched, or `*` for all of the compartment. */
      readonly member: string;
      readonly form: boolean;
    }
  | { readonly kind: 'history-type'; readonly type: string }
  | { readonly kind: 'history-system' }
  | { readonly kind: 'conditional-update'; readonly type: string }
  | { readonly kind: 'conditional-patch'; readonly type: string }
  | { readonly kind: 'conditional-delete'; readonly type: string }
  | { readonly kind: 'export-status'; readonly id: string }
  | { readonly kind: 'export-cancel'; readonly id: string }
  | { readonly kind: 'export-file'; readonly id: string; readonly number: number }
  | { readonly kind: 'import-status'; readonly id: string }
  | { readonly kind: 'import-cancel'; readonly id: string }
  | { readonly kind: 'import-file'; readonly id: string; readonly number: number }
  | { readonly kind: 'job-status'; readonly id: string }
  | { readonly kind: 'job-cancel'; readonly id: string }
  | {
      readonly kind: 'operation';
      readonly name: string;
      readonly type?: string;
      readonly id?: string;
      /** What stands behind `Bot/[id]/$execute`, which the bot gets. */
      readonly path?: string;
    };

const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/**
 * Finds the interaction. Literal segments are looked at before ids, so that no word of the standard is taken for an id.
 * @throws FhirError `FHIR_UNKNOWN_RESOURCE_TYPE`, `FHIR_INVALID_ID`, `FHIR_METHOD_NOT_ALLOWED`, `FHIR_UNKNOWN_ROUTE`
 */
export function route(definitions: Definitions, method: string, path: string): Route {
  const verb = method === 'HEAD' ? 'GET' : method;
  const segments = path === '' ? [] : path.split('/');
  const [first, second, third, fourth] = segments;
  if (first === undefined) {
    const system: Route = { kind: 'search-system', form: false };
    const capabilities: Route = { kind: 'capabilities' };
    return only({ GET: system, POST: { kind: 'bundle' }, OPTIONS: capabilities }, verb, path);
  }
  if (second === undefined) {
    if (first === 'metadata') return only({ GET: { kind: 'capabilities' } }, verb, path);
    if (first === '_search')
      return only({ POST: { kind: 'search-system', form: true } }, verb, path);
    if (first === '_history') return only({ GET: { kind: 'history-system' } }, verb, path);
    if (first.startsWith('$')) return operation(verb, path, { name: first.slice(1) });
  }
  if (first === 'bulkdata') return bulkRoute(verb, path, segments);
  if (first === 'job' && second !== undefined && third === 'status' && fourth === undefined) {
    if (!ID.test(second)) throw fhirError('FHIR_INVALID_ID');
    const id = second;
    return only(
      { GET: { kind: 'job-status', id }, DELETE: { kind: 'job-cancel', id } },
      verb,
      path,
    );
  }

  const type = first;
  if (!definitions.isResourceType(type))
    throw fhirError('FHIR_UNKNOWN_RESOURCE_TYPE', { type: type.slice(0, 64) });
  if (second === undefined) return typeRoute(verb, path, type);
  if (third === undefined && /^[_$]/.test(second)) {
    if (second === '_search')
      return only({ POST: { kind: 'search', type, form: true } }, verb, path);
    if (second === '_history') return only({ GET: { kind: 'history-type', type } }, verb, path);
    if (second.startsWith('$')) return operation(verb, path, { name: second.slice(1), type });
  }
  if (second.startsWith('_')) throw unknownRoute(path);

  const id = second;
  if (!ID.test(id)) throw fhirError('FHIR_INVALID_ID');
  if (third === undefined) return instanceRoute(verb, path, type, id);
  if (third === '_history' && segments.length <= 4) {
    const found: Route =
      fourth === undefined
        ? { kind: 'history', type, id }
        : { kind: 'vread', type, id, version: fourth };
    return only({ GET: found }, verb, path);
  }
  if (type === 'Bot' && third === '$execute' && fourth !== undefined) {
    const below = segments.slice(3).join('/');
    return operation(verb, path, { name: 'execute', type, id, path: below });
  }
  if (third.startsWith('$') && fourth === undefined)
    return operation(verb, path, { name: third.slice(1), type, id });
  const compartment = { kind: 'search-compartment', compartment: type, id, member: third } as const;
  if (third === '*' || definitions.isResourceType(third)) {
    if (fourth === undefined) return only({ GET: { ...compartment, form: false } }, verb, path);
    if (fourth === '_search' && segments.length === 4)
      return only({ POST: { ...compartment, form: true } }, verb, path);
  }
  throw unknownRoute(path);
}

/** `bulkdata/export/[id]` is the status of an export, `bulkdata/export/[id]/[number]` one of its files; so with `import`. */
function bulkRoute(method: string, path: string, segments: readonly string[]): Route {
  const [, kind, id = '', number, ...rest] = segments;
  if ((kind !== 'export' && kind !== 'import') || !ID.test(id) || rest.length > 0)
    throw unknownRoute(path);
  if (number === undefined)
    return only(
      { GET: { kind: `${kind}-status`, id }, DELETE: { kind: `${kind}-cancel`, id } },
      method,
      path,
    );
  if (!/^[1-9]\d{0,8}$/.test(number)) throw unknownRoute(path);
  return only({ GET: { kind: `${kind}-file`, id, number: Number(number) } }, method, path);
}

function typeRoute(method: string, path: string, type: string): Route {
  return only(
    {
      GET: { kind: 'search', type, form: false },
      POST: { kind: 'create', type },
      PUT: { kind: 'conditional-update', type },
      PATCH: { kind: 'conditional-patch', type },
      DELETE: { kind: 'conditional-delete', type },
    },
    method,
    path,
  );
}

function instanceRoute(method: string, path: string, type: string, id: string): Route {
  return only(
    {
      GET: { kind: 'read', type, id },
      PUT: { kind: 'update', type, id },
      PATCH: { kind: 'patch', type, id },
      DELETE: { kind: 'delete', type, id },
    },
    method,
    path,
  );
}

function unknownRoute(path: string): Error {
  return fhirError('FHIR_UNKNOWN_ROUTE', { path: path.slice(0, 200) });
}

function only(routes: Readonly<Record<string, Route>>, method: string, path: string): Route {
  const found = Object.hasOwn(routes, method) ? routes[method] : undefined;
  if (found !== undefined) return found;
  throw fhirError(
    'FHIR_METHOD_NOT_ALLOWED',
    { method: method.slice(0, 16), path: path.slice(0, 200) },
    { headers: { Allow: Object.keys(routes).join(', ') } },
  );
}

function operation(
  method: string,
  path: string,
  target: Omit<Extract<Route, { kind: 'operation' }>, 'kind'>,
): Route {
  const found: Route = { kind: 'operation', ...target };
  return only({ GET: found, POST: found }, method, path);
}
