import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseExact } from '../../../src/json/exact.ts';
import { applyJsonPatch, readJsonPatch } from '../../../src/json/patch.ts';
import { patchResourceText, readResourcePatch } from '../../../src/json/patch-resource.ts';

const apply = (document: unknown, operations: unknown): unknown =>
  applyJsonPatch(structuredClone(document), readJsonPatch(operations));
const refused = (code: string) => expect.objectContaining({ code });

/** Content of a resource after a patch, as it would be stored. */
const patched = (content: string, operations: string): string =>
  JSON.stringify(patchResourceText(content, readResourcePatch(parseExact(operations))).exact);

describe('RFC 6902: JSON Patch', () => {
  test.each<[string, unknown, unknown, unknown]>([
    ['add to an object', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['add into a list', [1, 3], [{ op: 'add', path: '/1', value: 2 }], [1, 2, 3]],
    ['add at the end', [1], [{ op: 'add', path: '/-', value: 2 }], [1, 2]],
    ['replace', { a: 1 }, [{ op: 'replace', path: '/a', value: { b: 2 } }], { a: { b: 2 } }],
    ['replace the whole', { a: 1 }, [{ op: 'replace', path: '', value: [1] }], [1]],
    ['remove', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
    ['move', { a: { b: 1 } }, [{ op: 'move', from: '/a/b', path: '/c' }], { a: {}, c: 1 }],
    ['copy', { a: [1] }, [{ op: 'copy', from: '/a', path: '/b' }], { a: [1], b: [1] }],
    ['escapes', { 'a/b~': 1 }, [{ op: 'replace', path: '/a~1b~0', value: 2 }], { 'a/b~': 2 }],
    [
      'a test in any order',
      { a: { x: 1, y: [2] } },
      [{ op: 'test', path: '/a', value: { y: [2], x: 1 } }],
      { a: { x: 1, y: [2] } },
    ],
  ])('%s', (_name, document, operations, result) => {
    expect(apply(document, operations)).toEqual(result);
  });

  test('what was copied is a value of its own', () => {
    const operations = [
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'add', path: '/b/-', value: 2 },
    ];
    expect(apply({ a: [1] }, operations)).toEqual({ a: [1], b: [1, 2] });
  });

  test.each<[string, unknown, unknown]>([
    ['another value', { a: 1 }, 2],
    ['another length', { a: [1, 2] }, [1]],
    ['another member', { a: { x: 1 } }, { y: 1 }],
    ['one member more', { a: { x: 1, y: 1 } }, { x: 1 }],
    ['a list in place of an object', { a: {} }, []],
    ['null in place of an object', { a: {} }, null],
  ])('a test fails for %s', (_name, document, value) => {
    expect(() => apply(document, [{ op: 'test', path: '/a', value }])).toThrow(
      refused('FHIR_INVALID_PATCH'),
    );
  });

  test('any value is equal to itself and replaces the whole', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
        const operations = [
          { op: 'test', path: '', value: structuredClone(before) },
          { op: 'replace', path: '', value: after },
          { op: 'test', path: '', value: after },
        ];
        expect(JSON.stringify(apply(before, operations))).toBe(JSON.stringify(after));
      }),
    );
  });
});

describe('what one JSON Patch may cost', () => {
  test('copies that double the document are refused before they fill the memory', () => {
    const bomb = Array.from({ length: 60 }, (_, at) => ({
      op: 'copy',
      from: '',
      path: `/x${String(at)}`,
    }));
    const started = performance.now();
    expect(() => apply({ a: [1, 2, 3] }, bomb)).toThrow(refused('FHIR_INVALID_PATCH'));
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('a long string that is copied often is refused', () => {
    const copies = Array.from({ length: 30 }, (_, at) => ({
      op: 'copy',
      from: '/a',
      path: `/x${String(at)}`,
    }));
    expect(() => apply({ a: 'a'.repeat(1_000_000) }, copies)).toThrow(
      refused('FHIR_INVALID_PATCH'),
    );
  });

  test('a hundred operations are read, one more is not', () => {
    const operations = Array.from({ length: 100 }, () => ({ op: 'add', path: '/a', value: 1 }));
    expect(apply({}, operations)).toEqual({ a: 1 });
    expect(() => readJsonPatch([...operations, operations[0]])).toThrow(
      refused('FHIR_INVALID_PATCH'),
    );
  });

  test('values are put at most 64 levels deep, whether added or moved', () => {
    const nest = (levels: number): unknown => (levels === 0 ? 1 : { a: nest(levels - 1) });
    const at = (levels: number): string => '/a'.repeat(levels);
    const add = (value: unknown, path: string) => [{ op: 'add', path, value }];
    expect(() => apply(nest(30), add(nest(34), at(30)))).not.toThrow();
    expect(() => apply(nest(30), add(nest(35), at(30)))).toThrow(refused('FHIR_INVALID_PATCH'));
    const move = [{ op: 'move', from: '/b', path: at(30) }];
    expect(() => apply({ ...(nest(30) as object), b: nest(35) }, move)).toThrow(
      refused('FHIR_INVALID_PATCH'),
    );
  });

  test('a test of a large list against a small one looks at neither as a whole', () => {
    const list = Array.from({ length: 1_000_000 }, (_, at) => ({ at }));
    const tests = Array.from({ length: 100 }, () => ({ op: 'test', path: '/a', value: [] }));
    const started = performance.now();
    expect(() => applyJsonPatch({ a: list }, readJsonPatch(tests))).toThrow(
      refused('FHIR_INVALID_PATCH'),
    );
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('FHIR R4 http#patch: the resource stays the one it was', () => {
  const content = '{"resourceType":"Observation","id":"a","valueQuantity":{"value":1.10}}';

  test.each([
    ['/id', '"b"', 'FHIR_ID_DIFFERS'],
    ['/resourceType', '"Patient"', 'FHIR_TYPE_DIFFERS'],
    ['/resourceType', '7', 'FHIR_TYPE_DIFFERS'],
    ['', '{"resourceType":"AccessPolicy","id":"a"}', 'FHIR_TYPE_DIFFERS'],
    ['', '{"resourceType":"Observation","id":"b"}', 'FHIR_ID_DIFFERS'],
    ['', '[]', 'FHIR_INVALID_PATCH'],
    ['', 'null', 'FHIR_INVALID_PATCH'],
  ])('a patch that sets "%s" to %s: %s', (path, value, code) => {
    expect(() => patched(content, `[{"op":"replace","path":"${path}","value":${value}}]`)).toThrow(
      refused(code),
    );
  });

  test.each(['/id', '/resourceType'])('%s cannot be removed', (path) => {
    expect(() => patched(content, `[{"op":"remove","path":"${path}"}]`)).toThrow(
      expect.objectContaining({ status: 400 }),
    );
  });

  test('decimals keep their digits: those of the resource, and those of the patch', () => {
    const kept = '"valueQuantity":{"value":1.10}';
    expect(patched(content, '[{"op":"add","path":"/status","value":"final"}]')).toContain(kept);
    expect(patched(content, '[{"op":"test","path":"/valueQuantity/value","value":1.1}]')).toBe(
      content,
    );
    const plain = '{"resourceType":"Observation","id":"a","valueQuantity":{"value":1}}';
    const change = '[{"op":"replace","path":"/valueQuantity/value","value":2.50}]';
    for (const before of [content, plain]) {
      expect(patched(before, change)).toContain('"valueQuantity":{"value":2.50}');
    }
    const { resource } = patchResourceText(plain, readResourcePatch(parseExact(change)));
    expect(resource['valueQuantity']).toEqual({ value: 2.5 });
  });
});
