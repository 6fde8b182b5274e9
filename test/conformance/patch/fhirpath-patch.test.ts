import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { SaxesParser } from 'saxes';
import { loadDefinitions } from '../../../src/definitions/load.ts';
import type { Definitions } from '../../../src/definitions/model.ts';
import { structurePlans } from '../../../src/definitions/structure-plan.ts';
import { patchOf } from '../../../src/fhir/patch/read-patch.ts';
import { readXml } from '../../../src/fhir/xml/read.ts';
import { NO_OFFICIAL_DATA, skipNote } from '../../support/skip-note.ts';

const SUITE = join(
  import.meta.dirname,
  '../../../../shared/data/profiles/hl7-tests/patch-r4/fhir-patch-tests.xml',
);
const there = existsSync(SUITE);

/** A case of the suite; without an output the patch is to be refused. */
interface Case {
  readonly name: string;
  readonly input: string;
  readonly diff: string;
  readonly output?: string;
}

let definitions: Definitions;
beforeAll(async () => {
  definitions = await loadDefinitions({
    cacheDirectory: join(tmpdir(), 'diga-test-definitions'),
    log: pino({ level: 'silent' }),
  });
}, 60_000);

/** Cuts the cases out of the file: the text between the tags is a resource in XML. */
function casesOf(xml: string): readonly Case[] {
  const cases: Record<string, string>[] = [];
  const parser = new SaxesParser({ position: true });
  let start = 0;
  let inside: string | undefined;
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'case') cases.push({ name: attributes['name'] as string });
    if (inside === undefined && ['input', 'diff', 'output'].includes(name)) {
      inside = name;
      start = parser.position;
    }
  });
  parser.on('closetag', ({ name }) => {
    if (name !== inside) return;
    const end = xml.lastIndexOf('</', parser.position - 1);
    (cases.at(-1) as Record<string, string>)[name] = xml.slice(start, end).trim();
    inside = undefined;
  });
  parser.write(xml).close();
  return cases as unknown as readonly Case[];
}

/** In XML text a quotation mark may be written either way. */
function plainQuotes(resource: unknown): unknown {
  return JSON.parse(JSON.stringify(resource).replaceAll('&quot;', String.raw`\"`));
}

const cases = there ? casesOf(readFileSync(SUITE, 'utf8')) : [];

(there ? describe : describe.skip)(
  `FHIR R4 fhirpatch: the official test cases${skipNote(there ? undefined : NO_OFFICIAL_DATA)}`,
  () => {
    const read = (xml: string) => readXml(structurePlans(definitions), xml);

    test('the suite has its 33 cases', () => {
      expect(cases).toHaveLength(33);
    });

    test.each(cases.map((item) => [item.name, item] as const))('%s', (_name, item) => {
      const change = patchOf(definitions, read(item.diff));
      const input = JSON.stringify(read(item.input).exact);
      if (item.output === undefined) {
        expect(() => change(input)).toThrow(
          expect.objectContaining({ code: 'FHIR_INVALID_PATCH' }),
        );
        return;
      }
      const { resource, exact } = change(input);
      expect(plainQuotes(resource)).toEqual(plainQuotes(read(item.output).value));
      expect(JSON.parse(JSON.stringify(exact))).toEqual(resource);
    });
  },
);
