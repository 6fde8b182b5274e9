import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { QueryParameter } from '../search/parse-query.ts';
import { fhirError } from '../outcome/codes.ts';
import type { FhirCall } from './request.ts';

/** Characters of a link at most: servers and proxies take header fields of some 32 KiB. */
const MAX_LENGTH = 16_384;
/** Characters of a search inside a link at most; more than any that fits a link. */
const MAX_QUERY = 1_048_576;

/** Pages that one can go back; further back than that there is the first page. */
const MAX_TRAIL = 20;
/** Characters of a search from which on it is compressed: below, that costs more than it saves. */
const LONG_QUERY = 1_024;

/** How to answer; stands beside the page in a link, because the answer is printed before the link is opened. */
const PRINTING: ReadonlySet<string> = new Set(['_format', '_pretty']);
/** What HAPI's links have beside `_getpages`; all of it stands in the page already. */
const OF_HAPI: ReadonlySet<string> = new Set(['_getpagesoffset', '_count', '_bundletype']);

/** One page of a search: where it was asked, for what, and the position in it ('' is the beginning). */
export interface Page {
  /** Path below the base, such as `Patient`. */
  readonly path: string;
  readonly parameters: readonly QueryParameter[];
  readonly cursor: string;
  /** Positions of the pages before it, the latest last; as many as {@link MAX_TRAIL}. */
  readonly trail: readonly string[];
}

/**
 * URL of a page. What was searched for is sealed into it: links are logged by proxies and kept in histories of browsers,
 * and a search may say more about a patient than its result.
 * @throws FhirError `SEARCH_LINK_TOO_LONG`
 */
export function pageUrl({ services, request, principal }: FhirCall, page: Page): string {
  const query = encode(page.parameters);
  const packed = query.length > LONG_QUERY ? deflateRawSync(query).toString('base64url') : '';
  const content = [page.path, packed === '' ? query : '', packed, page.cursor, ...page.trail];
  const sealed = services.store.pageLink.seal(content, binding(principal));
  if (sealed.length > MAX_LENGTH) throw fhirError('SEARCH_LINK_TOO_LONG');
  const printing = encode(page.parameters.filter(([name]) => PRINTING.has(name)));
  const path = page.path === '' ? '' : `/${page.path}`;
  return `${request.base}${path}?_cursor=${sealed}${printing === '' ? '' : `&${printing}`}`;
}

/**
 * The page that a request asks for by a link of ours; undefined where it is no such link. `_getpages` is HAPI's name.
 * @throws FhirError `SEARCH_INVALID_PAGE` for a link of another caller or another place, or one with something added
 */
export function linkedPage(
  { services, principal }: FhirCall,
  parameters: readonly QueryParameter[],
): Page | undefined {
  const isLink = ([name]: QueryParameter): boolean => name === '_cursor' || name === '_getpages';
  const [link, ...more] = parameters.filter(isLink);
  if (link === undefined || link[1] === '') return undefined;
  const others = parameters.filter(
    (parameter) => !isLink(parameter) && !PRINTING.has(parameter[0]) && !OF_HAPI.has(parameter[0]),
  );
  if (more.length > 0 || others.length > 0) throw fhirError('SEARCH_INVALID_PAGE');
  const content = services.store.pageLink.open(link[1], binding(principal));
  const [path = '', plain = '', packed = '', cursor = '', ...trail] = content;
  const query = packed === '' ? plain : unpack(packed);
  return { path, cursor, trail, parameters: [...new URLSearchParams(query)] };
}

/** The search of a page, with the position as the store reads it. */
export function pageParameters({ parameters, cursor }: Page): readonly QueryParameter[] {
  return [...parameters, ['_cursor', cursor]];
}

/** Links of one page of a search; `page` is the link it was asked for by, if it was. */
export function searchLinks(
  call: FhirCall,
  path: string,
  used: readonly QueryParameter[],
  page: Page | undefined,
  next: string | undefined,
): readonly { readonly relation: string; readonly url: string }[] {
  const at = (cursor: string, trail: readonly string[]): string =>
    pageUrl(call, { path, parameters: used, cursor, trail });
  const { cursor = '', trail = [] } = page ?? {};
  const { base } = call.request;
  const query = encode(used);
  const target = path === '' ? base : `${base}/${path}`;
  const asked = `${target}${query === '' ? '' : `?${query}`}`;
  const links = [{ relation: 'self', url: page === undefined ? asked : at(cursor, trail) }];
  if (page !== undefined) links.push({ relation: 'first', url: at('', []) });
  const before = trail.at(-1);
  if (before !== undefined)
    links.push({ relation: 'previous', url: at(before, trail.slice(0, -1)) });
  if (next !== undefined)
    links.push({ relation: 'next', url: at(next, [...trail, cursor].slice(-MAX_TRAIL)) });
  return links;
}

function encode(parameters: readonly QueryParameter[]): string {
  return new URLSearchParams(parameters.map(([name, value]) => [name, value])).toString();
}

function unpack(packed: string): string {
  const bytes = inflateRawSync(Buffer.from(packed, 'base64url'), { maxOutputLength: MAX_QUERY });
  return bytes.toString('utf8');
}

/** Links belong to whoever got them; that they are pages keeps them apart from other sealed positions. */
function binding({ reference }: FhirCall['principal']): string {
  return `page\n${reference}`;
}
