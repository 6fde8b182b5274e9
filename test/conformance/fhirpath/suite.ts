import { readFileSync } from 'node:fs';
import { SaxesParser } from 'saxes';
import { sharedFile } from '../validation/tgz.ts';

const FILE = sharedFile('hl7-tests/fhirpath-r4/tests-fhir-r4.xml');

/** One test of HL7's suite. */
export interface SuiteTest {
  readonly name: string;
  readonly input: string | undefined;
  readonly expression: string;
  /** `syntax`, `semantic` or `execution` where the expression has to be refused. */
  readonly invalid: string | undefined;
  /** True if only whether there is something counts. */
  readonly predicate: boolean;
  readonly output: readonly { readonly type: string | undefined; readonly text: string }[];
}

/** True if the official suite is at hand. */
export const HAS_SUITE = FILE !== undefined;

/** Reads the suite; a name that stands twice gets a number. */
export function readSuite(): readonly SuiteTest[] {
  const tests: SuiteTest[] = [];
  const names = new Map<string, number>();
  let attributes: Record<string, string> = {};
  let expression: { text: string; invalid: string | undefined } = { text: '', invalid: undefined };
  let output: { type: string | undefined; text: string }[] = [];
  let text = '';
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes: given }) => {
    text = '';
    if (name === 'test') {
      attributes = given;
      output = [];
    } else if (name === 'expression') expression = { text: '', invalid: given['invalid'] };
    else if (name === 'output') output.push({ type: given['type'], text: '' });
  });
  parser.on('text', (part) => {
    text += part;
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'expression') expression.text = text;
    const last = output.at(-1);
    if (name === 'output' && last !== undefined) last.text = text;
    if (name !== 'test') return;
    const title = attributes['name'] ?? '';
    const count = (names.get(title) ?? 0) + 1;
    names.set(title, count);
    tests.push({
      name: count === 1 ? title : `${title}#${String(count)}`,
      input: attributes['inputfile'],
      expression: expression.text,
      invalid: expression.invalid,
      predicate: attributes['predicate'] === 'true',
      output,
    });
  });
  if (FILE !== undefined) parser.write(readFileSync(FILE, 'utf8')).close();
  return tests;
}
