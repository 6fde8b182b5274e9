import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type StructurePlans, structurePlans } from '../../../src/definitions/structure-plan.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { readXml } from '../../../src/fhir/xml/read.ts';
import { writeXml } from '../../../src/fhir/xml/write.ts';
import { NO_OFFICIAL_DATA, skipNote } from '../../support/skip-note.ts';
import { canonical } from './canonical.ts';
import { r4Definitions } from './definitions.ts';

const DATA = join(import.meta.dirname, '../../../../shared/data');

/** Documents whose root is an element of FHIR. */
const documents = globSync('{profiles,konnektor-epa,regulation-security}/**/*.xml', { cwd: DATA })
  .sort()
  .map((path) => ({ path, text: readFileSync(join(DATA, path), 'utf8') }))
  .filter(({ text }) =>
    /^\uFEFF?\s*(?:<\?[^>]*>\s*)?<[A-Z]\w+[^>]*xmlns="http:\/\/hl7\.org\/fhir"/.test(text),
  );

const missing = documents.length === 0 ? NO_OFFICIAL_DATA : undefined;

let plans: StructurePlans;

beforeAll(async () => {
  plans = structurePlans(await r4Definitions());
}, 120_000);

describe('FHIR R4 xml: published documents', () => {
  (missing === undefined ? test : test.skip)(
    `[R-286] MIO DiGA and others go through JSON and come back the same${skipNote(missing)}`,
    () => {
      let read = 0;
      for (const { path, text } of documents) {
        const json = JSON.stringify(readXml(plans, text).exact);
        const printed = writeXml(plans, json);
        expect({ path, xml: canonical(printed) }).toEqual({ path, xml: canonical(text) });
        read += 1;
      }
      expect(read).toBeGreaterThanOrEqual(188);
    },
    120_000,
  );

  (missing === undefined ? test : test.skip)(
    `[R-286] they end where entities, document types and instructions begin${skipNote(missing)}`,
    () => {
      const { text } = documents[0] as { text: string };
      const plain = text.replace(/^\uFEFF?\s*<\?[^>]*>/, '');
      for (const head of [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<?xml-stylesheet href="http://127.0.0.1:1/"?>',
      ]) {
        let code = '';
        try {
          readXml(plans, head + plain);
        } catch (error) {
          if (!isFhirError(error)) throw error;
          ({ code } = error);
        }
        expect([head, code]).toEqual([head, 'FHIR_INVALID_XML']);
      }
    },
  );
});
