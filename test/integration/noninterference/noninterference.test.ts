import { describe, expect, test } from '@jest/globals';
import { runNoninterference } from '../../../scripts/noninterference/run.ts';
import type { WorldResource } from '../../../scripts/noninterference/world.ts';

/** A run in CI; longer ones are `npm run noninterference -- N --seed S`. */
const REQUESTS = 2_000;

describe('two stores that differ only in what the caller may not see', () => {
  test('[R-032] [R-036] [R-037] [R-121] [R-144] [R-156] answer every request alike: status, header fields, body, order, totals, links', async () => {
    const { pairs, succeeded, findings } = await runNoninterference({
      seed: 20_261_122,
      requests: REQUESTS,
    });
    expect(findings).toEqual([]);
    expect(pairs).toBeGreaterThanOrEqual(REQUESTS);
    expect(succeeded).toBeGreaterThan(pairs / 4);
  }, 400_000);
});

type Entry = Readonly<Record<string, unknown>>;

/** The policy with its entries changed. */
function entries(change: (entry: Entry) => Entry, more: readonly Entry[] = []) {
  return (policy: WorldResource): WorldResource => ({
    ...policy,
    resource: [...(policy['resource'] as readonly Entry[]).map(change), ...more],
  });
}

const unhide = (type: string, field: string) => (entry: Entry) =>
  entry['resourceType'] === type && Array.isArray(entry['hiddenFields'])
    ? { ...entry, hiddenFields: entry['hiddenFields'].filter((name) => name !== field) }
    : entry;

const same = (entry: Entry): Entry => entry;

describe('a leak that is put in on purpose is found', () => {
  test.each([
    [
      'a search that is wider than the reads',
      'narrow',
      entries(same, [{ resourceType: 'Condition', interaction: ['search'] }]),
    ],
    [
      'versions of everything',
      'narrow',
      entries(same, [{ resourceType: 'Observation', interaction: ['vread'] }]),
    ],
    [
      'reads of everything',
      'narrow',
      entries(same, [{ resourceType: 'Patient', interaction: ['read'] }]),
    ],
    ['one element that is not hidden', 'fields', entries(unhide('Patient', 'gender'))],
    ['a list that is not hidden', 'fields', entries(unhide('Observation', 'note'))],
  ])(
    '%s',
    async (_name, principal, leak) => {
      const { findings } = await runNoninterference({
        seed: 5,
        requests: 600,
        only: [principal],
        first: true,
        leak,
      });
      expect(findings).not.toEqual([]);
    },
    120_000,
  );
});
