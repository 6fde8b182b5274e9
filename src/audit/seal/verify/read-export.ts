import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EXPORT_FORMAT, type LedgerEvent } from './ledger-event.ts';

/**
 * Reads an export line by line: one file, or all `.ndjson` files of a folder in the order of their names.
 * @throws TypeError that names the line where one cannot be read
 */
export async function* readExport(path: string): AsyncGenerator<LedgerEvent> {
  for (const file of await filesOf(path, '.ndjson')) {
    let number = 0;
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
    for await (const line of lines) {
      number += 1;
      if (line !== '') yield eventOf(line, `${file}:${String(number)}`);
    }
  }
}

/** The file itself, or what a folder holds of an ending, by name. */
export async function filesOf(path: string, ending: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith(ending)).sort();
  return names.map((name) => join(path, name));
}

const MEMBERS: Readonly<Record<LedgerEvent['kind'], readonly (readonly [string, string])[]>> = {
  export: [['format', 'number']],
  key: [['jwk', 'object']],
  period: [
    ['from', 'number'],
    ['end', 'number'],
  ],
  deletion: [['jws', 'string']],
  leaves: [
    ['first', 'number'],
    ['seqs', 'object'],
    ['gaps', 'object'],
    ['hashes', 'string'],
    ['rows', 'object'],
  ],
  checkpoint: [
    ['size', 'number'],
    ['jws', 'string'],
  ],
  node: [
    ['level', 'number'],
    ['index', 'number'],
    ['hash', 'string'],
  ],
  end: [['unsealed', 'number']],
};

function eventOf(line: string, place: string): LedgerEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new TypeError(`${place} is not JSON`);
  }
  const event = value as Readonly<Record<string, unknown>>;
  const members = MEMBERS[event['kind'] as LedgerEvent['kind']] as
    | (typeof MEMBERS)['export']
    | undefined;
  const right = members?.every(
    ([name, type]) => typeof event[name] === type && event[name] !== null,
  );
  if (right !== true) throw new TypeError(`${place} is no line of an export`);
  if (event['kind'] === 'export' && event['format'] !== EXPORT_FORMAT) {
    throw new TypeError(`${place}: the export has another format than ${String(EXPORT_FORMAT)}`);
  }
  return event as unknown as LedgerEvent;
}
