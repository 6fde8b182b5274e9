import { describe, expect, test } from '@jest/globals';
import { nameError, summarizeError } from '../../../src/plugin/error-summary.ts';

describe('error summary', () => {
  test('the text of an arbitrary error is left out, its place is not', () => {
    const summary = summarizeError(Object.assign(new Error('KVNR A123456780'), { code: '23505' }));
    expect(summary).toMatchObject({ type: 'Error', code: '23505' });
    expect(summary.frames?.length).toBeGreaterThan(0);
    expect(JSON.stringify(summary)).not.toContain('A123456780');
  });

  test('a stack whose first line is the text gives no text away', () => {
    const error = new Error('first line\n    not a frame');
    expect(summarizeError(error).frames?.join()).not.toContain('not a frame');
  });

  test('mistakes in the program keep their text', () => {
    expect(summarizeError(new TypeError('x is not a function')).message).toBe(
      'x is not a function',
    );
  });

  test.each([undefined, null, 'text with content', 7])(
    '%p is no error and gives only its type',
    (thrown) => {
      expect(summarizeError(thrown)).toEqual({ type: typeof thrown });
    },
  );

  test('the name of an error is its code where it has one', () => {
    expect(nameError({ code: 'ECONNREFUSED', name: 'Error' })).toBe('ECONNREFUSED');
    expect(nameError({ name: 'no name; with content' })).toBe('Error');
  });
});
