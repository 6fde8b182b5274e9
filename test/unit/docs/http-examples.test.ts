import { describe, expect, test } from '@jest/globals';
import { httpExamples } from '../../integration/docs/http-examples.ts';
import { differences, type Names, resolved } from '../../integration/docs/shown-values.ts';

const block = (text: string): string => `\`\`\`http\n${text}\n\`\`\`\n\n`;

describe('examples of documents', () => {
  test('are pairs of request and answer', () => {
    const text = `# Page\n\n${block('PUT /fhir/R4/Basic/x\nIf-Match: W/"1"\n\n{ "a": 1 }')}${block('HTTP/1.1 200 OK\nETag: W/"2"')}`;
    expect(httpExamples(text)).toEqual([
      {
        line: 4,
        request: {
          method: 'PUT',
          target: '/fhir/R4/Basic/x',
          headers: { 'if-match': 'W/"1"' },
          body: '{ "a": 1 }',
        },
        answer: { status: 200, headers: { etag: 'W/"2"' }, body: '' },
      },
    ]);
  });

  test.each([
    ['a request alone', block('GET /fhir/R4/metadata')],
    ['two requests', block('GET /a').repeat(2)],
    ['something else', block('Hello').repeat(2)],
  ])('%s is not one', (_name, text) => {
    expect(() => httpExamples(text)).toThrow(TypeError);
  });
});

describe('what a document shows', () => {
  test.each([
    [{ a: 1 }, { a: 1, b: 2 }],
    ['W/"…"', 'W/"17"'],
    [
      ['a', '…'],
      ['a', 'b', 'c'],
    ],
    [{ a: [] }, { a: [] }],
  ])('%j agrees with %j', (shown, actual) => {
    expect(differences(shown, actual, new Map())).toEqual([]);
  });

  test.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, {}],
    [{ a: 1 }, null],
    [{ a: null }, {}],
    ['a', 'ab'],
    ['a.c', 'abc'],
    ['a', undefined],
    [['a'], ['a', 'b']],
    [['a', 'b', '…'], ['a']],
    [['a'], 'a'],
    [1, '1'],
  ])('%j does not agree with %j', (shown, actual) => {
    expect(differences(shown, actual, new Map())).not.toEqual([]);
  });

  test('a name takes its value once, and keeps it', () => {
    const names: Names = new Map();
    expect(differences('Goal/{{goal}}/_history/1', 'Goal/g1/_history/1', names)).toEqual([]);
    expect(resolved('/fhir/R4/Goal/{{goal}}', names)).toBe('/fhir/R4/Goal/g1');
    expect(differences('{{goal}}', 'g2', names)).not.toEqual([]);
    expect(() => resolved('{{other}}', names)).toThrow(TypeError);
  });
});
