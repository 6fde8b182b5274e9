import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createDestinations, isPublicAddress } from '../../../src/subscriptions/destinations.ts';

describe('where a rest-hook may go', () => {
  test.each(['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.1', '2606:4700:4700::1111'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    'fc00::1',
    'fe80::1',
    'ff02::1',
    '2002:a00:1::',
    '2001:0:a00:1::',
    'no address',
    '',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test('every address of a private network stays private in IPv6 clothes', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPublicAddress(`::ffff:${address}`)).toBe(false);
      }),
    );
  });

  const allowed = createDestinations(['hooks.example', '*.clinic.example:8443'], ['inner:81']);

  test.each([
    ['https://hooks.example/x', undefined],
    ['https://hooks.example:444/x', undefined],
    ['https://a.clinic.example:8443/x', undefined],
    ['http://inner:81/x', undefined],
    ['https://clinic.example:8443/x', 'the deployment does not allow this host'],
    ['https://a.clinic.example/x', 'the deployment does not allow this host'],
    ['https://xhooks.example/', 'the deployment does not allow this host'],
    ['https://hooks.example.evil.example/', 'the deployment does not allow this host'],
    ['http://hooks.example/x', 'the URL is not https'],
    ['http://inner:82/x', 'the URL is not https'],
    ['https://u@hooks.example/', 'the URL bears credentials'],
  ])('%s: %s', (url, refusal) => {
    expect(allowed.refusal(new URL(url))).toBe(refusal);
  });
});
