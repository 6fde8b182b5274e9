import { isIP } from 'node:net';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { shownNetwork } from '../../../src/audit/shown-network.ts';

test.each([
  ['198.51.100.7', '198.51.100.0'],
  ['::ffff:198.51.100.7', '198.51.100.0'],
  ['2001:db8:85a3::8a2e:370:7334', '2001:db8:85a3::'],
  ['2001:0db8:0000:0000:0000:8a2e:0370:7334', '2001:db8::'],
  ['fe80::1%eth0', 'fe80::'],
  ['::1', '::'],
  ['2001:db8:1::', '2001:db8:1::'],
  ['nowhere', 'nowhere'],
])('%s is shown as %s', (address, shown) => {
  expect(shownNetwork(address)).toBe(shown);
});

test('what is shown is an address, tells no host, and is shown as itself', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const shown = shownNetwork(address);
      expect(isIP(shown)).not.toBe(0);
      expect(shownNetwork(shown)).toBe(shown);
    }),
  );
});
