import { fhirError } from './outcome/codes.ts';
import type { Definitions } from './definitions/model.ts';

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
  | {
      readonly kind: 'operation';
      readonly name: string;
      readonly type?: string;
      readonly id?: string;
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
  if (first === undefined) return only({ POST: { kind: 'bundle' } }, verb, path);
  if (segments.length === 1 && first === 'metadata')
    return only({ GET: { kind: 'capabilities' } }, verb, path);
  if (segments.length === 1 && first.startsWith('$'))
    return operation(verb, path, { name: first.slice(1) });

  const type = first;
  if (!definitions.isResourceType(type))
    throw fhirError('FHIR_UNKNOWN_RESOURCE_TYPE', { type: type.slice(0, 64) });
  if (second === undefined) {
    return only(
      { GET: { kind: 'search', type, form: false }, POST: { kind: 'create', type } },
      verb,
      path,
    );
  }
  if (second === '_search' && third === undefined)
    return only({ POST: { kind: 'search', type, form: true } }, verb, path);
  if (second.startsWith('$') && third === undefined)
    return operation(verb, path, { name: second.slice(1), type });
  if (second.startsWith('_')) throw fhirError('FHIR_UNKNOWN_ROUTE', { path: path.slice(0, 200) });

  const id = second;
  if (!ID.test(id)) throw fhirError('FHIR_INVALID_ID');
  if (third === undefined) {
    return only(
      {
        GET: { kind: 'read', type, id },
        PUT: { kind: 'update', type, id },
        PATCH: { kind: 'patch', type, id },
        DELETE: { kind: 'delete', type, id },
      },
      verb,
      path,
    );
  }
  if (third === '_history' && segments.length <= 4) {
    return only(
      {
        GET:
          fourth === undefined
            ? { kind: 'history', type, id }
            : { kind: 'vread', type, id, version: fourth },
      },
      verb,
      path,
    );
  }
  if (third.startsWith('$') && fourth === undefined)
    return operation(verb, path, { name: third.slice(1), type, id });
  throw fhirError('FHIR_UNKNOWN_ROUTE', { path: path.slice(0, 200) });
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
  target: { readonly name: string; readonly type?: string; readonly id?: string },
): Route {
  const found: Route = { kind: 'operation', ...target };
  return only({ GET: found, POST: found }, method, path);
}
