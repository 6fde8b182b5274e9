import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { parseExact } from '../../src/json/exact.ts';
import type { Item, Place } from './item.ts';

/** Largest JSON file; larger data sets are NDJSON. */
const LARGEST_FILE = 256 * 1024 * 1024;

/** Bundles that are requests to a server. */
const POSTED: ReadonlySet<unknown> = new Set(['transaction', 'batch']);
/** Bundles that are no more than a list of resources. A document or a message is a resource in its own right. */
const SPLIT: ReadonlySet<unknown> = new Set(['collection', 'searchset']);

/** Reads what a file holds, an NDJSON file line by line. */
export async function* readItems(file: string): AsyncGenerator<Item> {
  switch (extname(file).toLowerCase()) {
    case '.ndjson':
      yield* readLines(file);
      return;
    case '.json':
      if ((await stat(file)).size > LARGEST_FILE) {
        yield {
          kind: 'unreadable',
          file,
          reason: 'the file is larger than 256 MiB; NDJSON has no limit',
        };
      } else yield* itemsOf((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''), { file });
      return;
    case '.xml':
      yield { kind: 'skipped', file, reason: 'XML comes with the next version' };
      return;
    default:
      yield { kind: 'skipped', file, reason: 'not a .json, .ndjson or .xml file' };
  }
}

async function* readLines(file: string): AsyncGenerator<Item> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  let position = 0;
  for await (const line of lines) {
    position += 1;
    if (line.trim() !== '') yield* itemsOf(line, { file, position });
  }
}

function* itemsOf(text: string, place: Place): Generator<Item> {
  let exact: unknown;
  try {
    ({ exact } = parseExact(text));
  } catch {
    yield { kind: 'unreadable', ...place, reason: 'not JSON' };
    return;
  }
  yield* itemsIn(exact, place);
}

interface Json {
  readonly resourceType?: unknown;
  readonly id?: unknown;
  readonly type?: unknown;
  readonly entry?: unknown;
}

/** The values are the exact ones: what is printed again has the numbers as they were written. */
function* itemsIn(value: unknown, place: Place): Generator<Item> {
  const { resourceType, id, type, entry } = (
    typeof value === 'object' && value !== null ? value : {}
  ) as Json;
  if (typeof resourceType !== 'string') {
    yield { kind: 'skipped', ...place, reason: 'JSON without a resourceType' };
    return;
  }
  const entries: readonly unknown[] = Array.isArray(entry) ? entry : [];
  if (resourceType === 'Bundle' && POSTED.has(type)) {
    yield { kind: 'bundle', ...place, entries: entries.length, text: JSON.stringify(value) };
  } else if (resourceType === 'Bundle' && SPLIT.has(type)) {
    for (const [index, item] of entries.entries()) {
      const { resource } = item as { resource?: unknown };
      if (resource !== undefined)
        yield* itemsIn(resource, { file: place.file, position: index + 1 });
    }
  } else if (resourceType === 'Bundle' && type === 'history') {
    yield { kind: 'skipped', ...place, reason: 'a history: old versions cannot be stored as such' };
  } else {
    yield {
      kind: 'resource',
      ...place,
      type: resourceType,
      ...(typeof id === 'string' ? { id } : {}),
      text: JSON.stringify(value),
    };
  }
}
