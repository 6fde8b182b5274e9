import type { PolicyInteraction } from '../../access/policy.ts';
import type { Definitions } from '../../definitions/model.ts';
import { decodePath } from '../decode-path.ts';
import { type Route, route } from '../route.ts';

/** What a request asks of the policies. */
export type Asked =
  | {
      readonly kind: 'interaction';
      readonly type: string;
      readonly interaction: PolicyInteraction;
      /** Present where one resource is named. */
      readonly id?: string;
      readonly query: string;
    }
  | {
      readonly kind: 'operation';
      readonly name: string;
      readonly type?: string;
      readonly id?: string;
    };

const INTERACTIONS: Readonly<Partial<Record<Route['kind'], PolicyInteraction>>> = {
  read: 'read',
  vread: 'vread',
  history: 'history',
  'history-type': 'history',
  create: 'create',
  update: 'update',
  patch: 'update',
  delete: 'delete',
  search: 'search',
  'conditional-update': 'update',
  'conditional-patch': 'update',
  'conditional-delete': 'delete',
};

/**
 * What a method and a URL ask for.
 * @param url path below the base, with its query; an absolute one of this server counts as well
 * @returns undefined where it is about several resource types at once, or about none
 * @throws FhirError as the request itself would, where there is no such route
 */
export function askedOf(definitions: Definitions, method: string, url: string): Asked | undefined {
  const below = url.replace(/^(?:https?:\/\/[^/]*)?\/?(?:fhir(?:\/R4)?(?:\/|(?=\?|$)))?/, '');
  const mark = below.indexOf('?');
  const path = (mark < 0 ? below : below.slice(0, mark)).replace(/\/$/, '');
  const query = mark < 0 ? '' : below.slice(mark + 1);
  return askedOfRoute(route(definitions, method, decodePath(path)), query);
}

/** What a route asks for; undefined where it is about several resource types at once, or about none. */
export function askedOfRoute(found: Route, query: string): Asked | undefined {
  if (found.kind === 'operation') {
    const { name, type, id } = found;
    return {
      kind: 'operation',
      name: name.slice(0, 64),
      ...(type === undefined ? {} : { type }),
      ...(id === undefined ? {} : { id }),
    };
  }
  if (found.kind === 'search-compartment') {
    return found.member === '*'
      ? undefined
      : { kind: 'interaction', type: found.member, interaction: 'search', query };
  }
  const interaction = INTERACTIONS[found.kind];
  if (interaction === undefined || !('type' in found)) return undefined;
  const id = 'id' in found ? { id: found.id } : {};
  return { kind: 'interaction', type: found.type, interaction, query, ...id };
}
