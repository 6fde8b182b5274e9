import type { Definitions } from '../../definitions/model.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** What the texts of an answer are read with. */
export interface ConcealOptions {
  readonly pseudonyms: Pseudonyms;
  readonly definitions: Pick<Definitions, 'isResourceType'>;
  /** Own base URLs, without a trailing slash. */
  readonly baseUrls: readonly string[];
}

const LOCAL = /^([A-Z][A-Za-z]{1,63})\/(!?[A-Za-z0-9\-.]{1,64})(?=$|[/?#|])/;
const FOREIGN = /^https?:\/\/[^\s/]+\//i;
const IN_URL = /\/([A-Z][A-Za-z]{1,63})\/(!?[A-Za-z0-9\-.]{1,64})(?=$|[/?#|])/g;
const NAMED = /\b([A-Z][A-Za-z]{1,63})\/(!?[A-Za-z0-9\-.]{1,64})/g;
const PSEUDED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'PSEUDED',
};

/** Stands in place of a reference whose target has no pseudonym. */
const WITHHELD = 'withheld';

/**
 * Puts pseudonyms in place of the ids of a JSON tree: ids of resources, literal references and URLs of this server
 * wherever they stand, and in words of an OperationOutcome. Contained resources keep their ids, which mean nothing
 * outside. Resources are marked as pseudonymised. The tree is changed in place.
 * @returns the tree, or undefined where it is a resource whose id has no pseudonym
 * @see http://terminology.hl7.org/CodeSystem/v3-ObservationValue
 */
export function concealJson(tree: unknown, options: ConcealOptions): unknown {
  return concealed(tree, options, false);
}

/** The pseudonymised form of a reference or URL; other texts as they are. */
export function concealText(text: string, options: ConcealOptions): string {
  const base = options.baseUrls.find((url) => text.startsWith(`${url}/`));
  // Under an address that this server has had, or that is written in another way, an id is still the same.
  if (base === undefined && FOREIGN.test(text)) return inUrl(text, options);
  const start = base === undefined ? 0 : base.length + 1;
  const local = text.slice(start);
  const [found, type, id] = LOCAL.exec(local) ?? [];
  if (found === undefined || type === undefined || id === undefined) return text;
  if (!options.definitions.isResourceType(type)) return text;
  const pseudonym = options.pseudonyms.conceal(type, id) ?? WITHHELD;
  return `${text.slice(0, start)}${type}/${pseudonym}${local.slice(found.length)}`;
}

function inUrl(text: string, { definitions, pseudonyms }: ConcealOptions): string {
  return text.replace(IN_URL, (found, type: string, id: string) =>
    definitions.isResourceType(type)
      ? `/${type}/${pseudonyms.conceal(type, id) ?? WITHHELD}`
      : found,
  );
}

function concealed(value: unknown, options: ConcealOptions, contained: boolean): unknown {
  if (typeof value === 'string') return concealText(value, options);
  if (Array.isArray(value)) {
    const list = value as unknown[];
    let kept = 0;
    for (const item of list) {
      const shown = concealed(item, options, contained);
      if (shown !== undefined) list[kept++] = shown;
    }
    list.length = kept;
    return list;
  }
  if (!isPlain(value)) return value;
  return concealedObject(value, options, contained);
}

function concealedObject(
  object: Record<string, unknown>,
  options: ConcealOptions,
  contained: boolean,
): Record<string, unknown> | undefined {
  const { resourceType: type, id } = object;
  if (type === 'OperationOutcome') return inWords(object, options) as Record<string, unknown>;
  if (typeof type === 'string' && typeof id === 'string' && !contained) {
    const pseudonym = options.pseudonyms.conceal(type, id);
    if (pseudonym === undefined) return undefined;
    object['id'] = pseudonym;
    if (type !== 'Bundle' && type !== 'Parameters') object['meta'] = marked(object['meta']);
  }
  for (const [name, member] of Object.entries(object)) {
    if (name === 'id' || name === 'resourceType' || name === 'div') continue;
    // What a query has made within a batch is made of pseudonyms already.
    if (name === 'resource' && isPlain(member) && !('resourceType' in member)) continue;
    const shown = concealed(member, options, name === 'contained');
    // An entry without its resource is no entry.
    if (shown === undefined && name === 'resource' && 'fullUrl' in object) return undefined;
    if (shown === undefined) Reflect.deleteProperty(object, name);
    else object[name] = shown;
  }
  return object;
}

function marked(meta: unknown): unknown {
  const known = isPlain(meta) ? meta : {};
  const security = Array.isArray(known['security']) ? (known['security'] as unknown[]) : [];
  const already = security.some((coding) => isPlain(coding) && coding['code'] === PSEUDED.code);
  return already ? known : { ...known, security: [...security, { ...PSEUDED }] };
}

/** Errors name resources in the midst of a sentence. */
function inWords(value: unknown, options: ConcealOptions): unknown {
  if (typeof value === 'string')
    return value.replace(NAMED, (text, type: string, id: string) => {
      if (!options.definitions.isResourceType(type)) return text;
      const end = /\.+$/.exec(id)?.[0] ?? '';
      const pseudonym = options.pseudonyms.conceal(type, id.slice(0, id.length - end.length));
      return `${type}/${pseudonym ?? WITHHELD}${end}`;
    });
  if (Array.isArray(value)) return value.map((item) => inWords(item, options));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, inWords(member, options)]),
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
  );
}

/** Numbers whose digits are kept are objects of the JSON printer. */
function isRawNumber(value: object): boolean {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);
}
