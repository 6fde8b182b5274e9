import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Destinations } from './destinations.ts';

/**
 * Resolves the name of a URL and hands out only addresses that the deployment allows, so that the connection goes to the very
 * address that was checked: a name which changes its mind reaches nothing else.
 */
export function checkedLookup(url: URL, destinations: Destinations): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const allowed = addresses.filter(({ address }) => destinations.allowsAddress(url, address));
      const [first] = allowed;
      if (first === undefined)
        callback(Object.assign(new Error('No address'), { code: 'ADDRESS_REFUSED' }), '', 0);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
