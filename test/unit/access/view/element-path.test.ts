import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  isElementSteps,
  parseElementPath,
  printElementPath,
} from '../../../../src/access/view/element-path.ts';
import { resolveElementPath } from '../../../../src/access/view/resolve-element-path.ts';
import { structuredDefinitions } from '../../../support/structures.ts';

const name = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/).map((text) => ({
  kind: 'element' as const,
  name: text,
}));
const extension = fc
  .webUrl()
  .filter((url) => !url.includes("'"))
  .map((url) => ({ kind: 'extension' as const, url }));
const steps = fc.array(fc.oneof(name, extension), { minLength: 1, maxLength: 6 });

function resolve(type: string, path: string): readonly string[] | string {
  const parsed = parseElementPath(path);
  if (!isElementSteps(parsed)) throw new TypeError(parsed.malformed);
  const found = resolveElementPath(structuredDefinitions, type, parsed);
  return 'missing' in found ? found.missing : found.types;
}

describe('the path of an element', () => {
  test('[R-038] reads what it prints', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const text = printElementPath(given);
        fc.pre(text.length <= 500);
        expect(parseElementPath(text)).toEqual(given);
      }),
    );
  });

  test('[R-038] has one spelling: a choice is named without its brackets', () => {
    const parsed = parseElementPath("component.value[x].extension('https://x.org/a.b')");
    expect(isElementSteps(parsed) && printElementPath(parsed)).toBe(
      "component.value.extension('https://x.org/a.b')",
    );
  });

  test.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'a b',
    'a[0]',
    'value[y]',
    'a-b',
    "extension('')",
    "extension('a b')",
    "extension('x'",
    'extension("x")',
    'a.where(true)',
    '%a',
    'a'.repeat(501),
    Array(21).fill('a').join('.'),
  ])('%j is none', (text) => {
    expect(parseElementPath(text)).toHaveProperty('malformed');
  });

  test('any text is read or refused', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const parsed = parseElementPath(text);
        if (isElementSteps(parsed)) {
          expect(printElementPath(parsed)).toBe(text.replaceAll(/\[x\](?=\.|$)/g, ''));
        }
      }),
    );
  });
});

describe('a path in the definitions', () => {
  test.each<[string, string, readonly string[] | string]>([
    ['Patient', 'name', ['HumanName']],
    ['Patient', 'contact.name.family', ['string']],
    ['Observation', 'value', ['Quantity', 'string']],
    ['Observation', 'valueQuantity', ['Quantity']],
    ['Observation', 'valueQuantity.unit', ['string']],
    ['Observation', 'component.value.unit', ['string']],
    ['Observation', 'valueString.unit', 'unit'],
    ['Observation', 'valueBoolean', 'valueBoolean'],
    ['Patient', "extension('https://x.org')", ['Extension']],
    ['Patient', "address.extension('https://x.org').value", ['string', 'date']],
    ['Patient', 'contained', ['Resource']],
    ['Patient', 'contained.id', 'id'],
    ['Patient', 'nix.name', 'nix'],
    ['Nix', 'id', 'id'],
  ])('[R-038] %s %s leads to %j', (type, path, expected) => {
    expect(resolve(type, path)).toEqual(expected);
  });
});
