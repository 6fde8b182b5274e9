import type { Random } from '../bench/random.ts';
import { type FuzzCase, withBody } from './case.ts';
import { mutated, seedResource } from './json-cases.ts';
import { searchCase } from './search-cases.ts';
import { nasty, someId, TYPES } from './words.ts';

/** A batch or transaction whose entries, links and order are wrong. */
export function bundleCase(random: Random): FuzzCase {
  const entry = Array.from({ length: random.below(random.next() < 0.05 ? 400 : 6) }, () =>
    bundleEntry(random),
  );
  const bundle = {
    resourceType: 'Bundle',
    type: random.pick(['batch', 'transaction', 'x']),
    entry,
  };
  const sent = random.next() < 0.3 ? mutated(random, bundle) : bundle;
  return withBody('bundle', 'POST', '', JSON.stringify(sent));
}

function bundleEntry(random: Random): object {
  const resource = seedResource(random);
  const type = String(resource['resourceType']);
  const fullUrl = random.pick([
    'urn:uuid:9d1b0f5e-2a46-4d1f-8a55-57f0a7d1c0aa',
    'urn:oid:1.2.3',
    `http://example.org/${type}/1`,
    nasty(random),
  ]);
  const url = random.pick<() => string>([
    () => type,
    () => `${type}/${someId(random)}`,
    () => searchCase(random).target.slice(1),
    () => `${random.pick(TYPES)}/$everything`,
    () => nasty(random),
    () => 'Patient?identifier=urn:uuid:9d1b0f5e-2a46-4d1f-8a55-57f0a7d1c0aa',
  ])();
  return {
    fullUrl,
    ...(random.next() < 0.8
      ? { resource: random.next() < 0.4 ? mutated(random, resource) : resource }
      : {}),
    request: {
      method: random.pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'NONE']),
      url,
      ...(random.next() < 0.2 ? { ifNoneExist: nasty(random) } : {}),
      ...(random.next() < 0.2 ? { ifMatch: nasty(random) } : {}),
    },
  };
}
