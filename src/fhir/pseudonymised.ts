import { concealJson, concealText, type ConcealOptions } from '../access/pseudonym/conceal-json.ts';
import type { Principal } from '../access/principal.ts';
import type { Pseudonyms } from '../access/pseudonym/pseudonyms.ts';
import { parseExact } from '../json/exact.ts';
import { fhirError } from '../outcome/codes.ts';
import { outcome } from './respond.ts';
import { callersId, pseudonymsOf } from '../storage/repository/judging/caller-ids.ts';
import type { Route } from './route.ts';
import type { FhirRequest, FhirResponse, FhirServices } from './request.ts';

/** Headers that say where something is. */
const PLACES = new Set(['location', 'content-location']);

/** A request of a principal that knows resources by pseudonyms, with the id of its path in the clear. */
export function withOwnIds(
  { store, definitions }: FhirServices,
  principal: Principal,
  request: FhirRequest,
): FhirRequest {
  const pseudonyms = pseudonymsOf(store, principal);
  if (pseudonyms === undefined) return request;
  const [type = '', id = '', ...rest] = request.path.split('/');
  if (!definitions.isResourceType(type) || !/^[A-Za-z0-9\-.]{1,64}$/.test(id)) return request;
  const path = [type, pseudonyms.reveal(type, id), ...rest].join('/');
  return { ...request, path, askedPath: request.path };
}

/** The interaction that such a principal has asked for, with the id of its path in the clear. */
export function withOwnId({ store }: FhirServices, principal: Principal, found: Route): Route {
  if (!('id' in found)) return found;
  if (found.kind === 'search-compartment')
    return { ...found, id: callersId(store, principal, found.compartment, found.id) };
  if (!('type' in found)) return found;
  return { ...found, id: callersId(store, principal, found.type, found.id) };
}

/**
 * The answer as a principal may have it that knows resources by pseudonyms: the one place where ids become pseudonyms,
 * whatever interaction or operation has answered, errors included. Results of GraphQL are made of pseudonyms already, as
 * only the query knows which of its fields are ids.
 */
export function withPseudonyms(
  services: FhirServices,
  principal: Principal,
  request: FhirRequest,
  answer: FhirResponse,
): FhirResponse {
  const pseudonyms = pseudonymsOf(services.store, principal);
  if (pseudonyms === undefined) return answer;
  const options = concealOptions(services, request.base, pseudonyms);
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name,
      PLACES.has(name.toLowerCase()) ? concealText(value, options) : value,
    ]),
  );
  const { body } = answer;
  if (body === undefined || !/^\s*[[{]/.test(body)) return { ...answer, headers };
  const { value, exact } = parseExact(body);
  if (isGraphResult(value)) return { ...answer, headers };
  const shown = concealJson(exact, options);
  if (shown !== undefined) return { ...answer, headers, body: JSON.stringify(shown) };
  const error = fhirError('FHIR_ID_WITHOUT_PSEUDONYM');
  return outcome(error.status, error.outcome, {});
}

/** One line of a file for such a principal; undefined where its resource has no pseudonym. */
export function pseudonymousLine(
  store: FhirServices['store'],
  baseUrls: readonly string[],
  principal: Principal,
): ((line: string) => string | undefined) | undefined {
  const pseudonyms = pseudonymsOf(store, principal);
  if (pseudonyms === undefined) return undefined;
  const options = { pseudonyms, definitions: store.definitions, baseUrls };
  return (line) => {
    const shown = concealJson(parseExact(line).exact, options);
    return shown === undefined ? undefined : JSON.stringify(shown);
  };
}

function concealOptions(
  { definitions, settings }: FhirServices,
  base: string,
  pseudonyms: Pseudonyms,
): ConcealOptions {
  // The longest first: one base may begin with another.
  const baseUrls = [...new Set([base, ...settings.baseUrls])].sort((a, b) => b.length - a.length);
  return { pseudonyms, definitions, baseUrls };
}

function isGraphResult(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !('resourceType' in value) && 'data' in value
  );
}
