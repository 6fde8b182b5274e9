import { describe, expect, test } from '@jest/globals';
import { decodePath } from '../../../src/fhir/decode-path.ts';

describe('RFC 3986 section 2.2: a path is cut before it is decoded', () => {
  test.each([
    ['Patient/a', 'Patient/a'],
    ['Patient/%24everything', 'Patient/$everything'],
    ['Patient%2Fa', 'Patient%2Fa'],
    ['Patient/a%2f_history', 'Patient/a%2f_history'],
    ['Patient/a%252Fb', 'Patient/a%2Fb'],
    ['%24x/%E4%', '$x/%E4%'],
    ['%', '%'],
    ['Patient/%ED%A0%80/%24x', 'Patient/%ED%A0%80/$x'],
  ])('%s', (path, decoded) => {
    expect(decodePath(path)).toBe(decoded);
  });
});
