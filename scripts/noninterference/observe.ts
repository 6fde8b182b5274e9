/** An answer as the harness reads it. */
export interface ObservedAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Header fields that differ between any two answers: the moment, and the name of the request. */
const PER_REQUEST: ReadonlySet<string> = new Set([
  'date',
  'x-request-id',
  'keep-alive',
  'connection',
  // The body is compared itself; its length differs with what is taken out of it here.
  'content-length',
  'transfer-encoding',
]);

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Page links are sealed with a random nonce: `_cursor=` and `_getpages=` differ between any two answers. */
const CURSOR = /(_cursor|_getpages)=[A-Za-z0-9_-]+/g;

/** Ids of AuditEvents are encrypted row numbers of the ledger, which counts everybody's accesses. */
const EVENT_ID = /\b[0-9a-f]{32}\b/g;

/** Versions of views are digests; those of a resource with a random id are as random as the id. */
const RANDOM_VERSION =
  /(<id \d+>)(?:","meta":\{"versionId":"|"\/><meta><versionId value="|\/_history\/)(v[0-9a-f]{32})/g;
const VERSION = /\bv[0-9a-f]{32}\b/g;

/**
 * What of an answer is random by its nature is replaced by its place in the order of appearance over the whole run, so
 * that two runs agree if and only if they agree in everything else and in which random values are equal.
 */
export type Normaliser = (answer: ObservedAnswer) => string;

/** @param origins URLs of the server itself, which differ in the port */
export function createNormaliser(origin: string): Normaliser {
  const names = new Map<string, string>();
  const nameOf = (kind: string) => (random: string) => {
    const known = names.get(random);
    if (known !== undefined) return known;
    const name = `<${kind} ${String(names.size)}>`;
    names.set(random, name);
    return name;
  };
  const text = (raw: string): string =>
    raw
      .replaceAll(origin, '<origin>')
      .replaceAll(encodeURIComponent(origin), '<origin>')
      .replace(CURSOR, '$1=<sealed>')
      .replace(UUID, nameOf('id'))
      .replace(EVENT_ID, nameOf('event'));
  const versions = new Map<string, string>();
  const named = (whole: string): string => {
    for (const [, id = '', version = ''] of whole.matchAll(RANDOM_VERSION))
      if (!versions.has(version))
        versions.set(version, `<version ${String(versions.size)} of ${id}>`);
    return whole.replace(VERSION, (version) => versions.get(version) ?? version);
  };
  return ({ status, headers, body }) => {
    const shown = headers
      .filter(([name]) => !PER_REQUEST.has(name))
      .map(([name, value]) => `${name}: ${text(value)}`);
    return named(`${String(status)}\n${shown.join('\n')}\n\n${text(body)}`);
  };
}

/** Where two texts begin to differ, with some of what stands around it. */
export function firstDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const from = Math.max(0, at - 120);
  return `A …${a.slice(from, at + 240)}\nB …${b.slice(from, at + 240)}`;
}
