import { describe, expect, test } from '@jest/globals';
import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { contains, readAddress, readNetwork } from '../../../src/access/ip-network.ts';
import { admits, type IpRule, readIpRule } from '../../../src/access/ip-rules.ts';

function rule(value: string, action: 'allow' | 'block' = 'block'): IpRule {
  const read = readIpRule({ name: 'n', value, action });
  if ('malformed' in read) throw new TypeError(read.malformed);
  return read;
}

const v4 = fc.ipV4();
const v6 = fc.ipV6().filter((address) => readAddress(address)?.bits === 128);

/** What Node itself makes of it. */
function inBlockList(network: string, length: number, address: string): boolean {
  const family = isIP(network) === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, length, family);
  return list.check(address, family);
}

describe('ipAccessRule', () => {
  test('covers what Node says that the bits of its network cover', () => {
    const near = (address: string, length: number, other: string): string => {
      // Half of the addresses share a beginning with the network.
      const separator = address.includes(':') ? ':' : '.';
      return length % 2 === 0 || address.includes('::')
        ? other
        : [...address.split(separator).slice(0, 1), ...other.split(separator).slice(1)].join(
            separator,
          );
    };
    const pair = fc.oneof(
      fc.tuple(v4, v4, fc.integer({ min: 0, max: 32 })),
      fc.tuple(v6, v6, fc.integer({ min: 0, max: 128 })),
    );
    fc.assert(
      fc.property(pair, ([network, other, length]) => {
        const read = readNetwork(`${network}/${length}`);
        for (const address of [network, other, near(network, length, other)]) {
          const candidate = readAddress(address);
          if (isIP(address) === 0 || candidate === undefined || read === undefined) continue;
          if (candidate.bits !== read.bits) continue;
          expect(contains(read, candidate)).toBe(inBlockList(network, length, address));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('reads the addresses that Node reads', () => {
    const some = fc.oneof(v4, fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{1,20}$/));
    fc.assert(
      fc.property(some, (text) => {
        expect(readAddress(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: 1_000 },
    );
  });

  test('an IPv4 address in IPv6 clothes is that IPv4 address', () => {
    fc.assert(
      fc.property(v4, (address) => {
        const hex = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
        const clothes = [
          `::ffff:${address}`,
          `::FFFF:${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`,
          `0:0:0:0:0:ffff:${address}`,
        ];
        for (const text of clothes) {
          expect(readAddress(text)).toEqual(readAddress(address));
          expect(admits([rule(address)], text)).toBe(false);
          expect(admits([rule(text)], address)).toBe(false);
        }
      }),
    );
  });

  test('a rule is about one family', () => {
    fc.assert(
      fc.property(v4, v6, (four, six) => {
        expect(admits([rule('0.0.0.0/0')], six)).toBe(true);
        expect(admits([rule('::/0')], four)).toBe(true);
        expect(admits([rule('*')], four)).toBe(false);
      }),
    );
  });

  test.each([
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:DB8:0:0::1', '2001:db8::1', true],
    ['::ffff:10.0.0.0/104', '10.200.0.1', true],
    ['::ffff:10.0.0.0/104', '11.0.0.1', false],
    ['fe80::1', 'fe80::1%eth0', true],
    ['10.1.0.0/16', '10.10.0.1', false],
  ])('%s covers %s: %s', (value, address, expected) => {
    expect(admits([rule(value)], address)).toBe(!expected);
  });

  test('the first rule about an address decides, and without one it is admitted', () => {
    const rules = [
      rule('10.0.0.1', 'block'),
      rule('10.0.0.0/8', 'allow'),
      rule('10.0.0.2', 'block'),
    ];
    expect(admits(rules, '10.0.0.1')).toBe(false);
    expect(admits(rules, '10.0.0.2')).toBe(true);
    expect(admits(rules, '192.0.2.1')).toBe(true);
    expect(admits([], 'nonsense')).toBe(true);
    expect(admits(rules, 'nonsense')).toBe(false);
  });

  test.each([
    '10.1',
    '10.1.0.0/33',
    '10.1.0.0/',
    '10.1.0.0/08',
    '::/129',
    '::ffff:1.2.3.4/95',
    'x',
    '',
  ])('%j is none', (value) => {
    expect(readIpRule({ name: 'n', value, action: 'allow' })).toHaveProperty('malformed');
  });
});
