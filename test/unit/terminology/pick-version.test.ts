import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitCanonical } from '../../../src/conformance/model.ts';
import { compareVersions, pickVersion } from '../../../src/conformance/pick-version.ts';

const versions = (...list: (string | undefined)[]) => list.map((version) => ({ version }));

describe('versions of canonicals', () => {
  test.each<[string | undefined, (string | undefined)[], string | undefined]>([
    [undefined, ['1.9.0', '1.10.0', '1.2.0'], '1.10.0'],
    ['1.2', ['1.2.0', '1.2.3', '1.20.0'], '1.2.3'],
    ['1.2.0', ['1.2.0', '1.2.0.1'], '1.2.0'],
    [undefined, ['4.0.0', '4.0.0-rc'], '4.0.0'],
    ['2', ['1.0'], undefined],
    [undefined, [undefined, '0.1'], '0.1'],
  ])('FHIR R4 references#canonical: %s of %j is %s', (wanted, given, expected) => {
    expect(pickVersion(versions(...given), wanted)?.version).toBe(expected);
  });

  test('the order is one: it does not depend on where one begins', () => {
    const version = fc
      .tuple(
        fc.nat(3),
        fc.nat(12),
        fc.option(fc.constantFrom('rc', 'beta', '1'), { nil: undefined }),
      )
      .map(
        ([major, minor, label]) =>
          `${String(major)}.${String(minor)}${label === undefined ? '' : `-${label}`}`,
      );
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  test('a canonical is cut at its last bar, and a fragment is left out', () => {
    expect(splitCanonical('urn:x|1.0')).toEqual({ url: 'urn:x', version: '1.0' });
    expect(splitCanonical('urn:x#y')).toEqual({ url: 'urn:x' });
    expect(splitCanonical('urn:x|')).toEqual({ url: 'urn:x' });
  });
});
