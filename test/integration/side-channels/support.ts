import { expect } from '@jest/globals';
import { compare, type Comparison } from '../../../scripts/noninterference/compare.ts';
import type { Pair } from '../../../scripts/noninterference/pair.ts';
import type { PairRequest } from '../../../scripts/noninterference/requests/request.ts';
import {
  type Difference,
  openStores,
  principalsOf,
} from '../../../scripts/noninterference/stores.ts';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';

/** Text that stands only in what is hidden, and so in no answer. */
export const CANARY = /Canary[a-h]/;

/** Two stores and one principal who must not tell them apart. */
export interface Stage {
  readonly pair: Pair;
  /** The principal at the first store, for what is expected beside equality. */
  readonly client: FhirClient;
  /** Compares both stores over a request; gives the first store's answer to nothing but its status. */
  same(request: PairRequest | string): Promise<void>;
  comparison: Comparison;
  close(): Promise<void>;
}

/** Opens the stores for one principal. */
export async function stage(difference: Difference, name: string): Promise<Stage> {
  const principal = principalsOf(difference).find((one) => one.name === name);
  if (principal === undefined) throw new TypeError(`No principal ${name}`);
  const pair = await openStores({ difference, seed: 64, asking: [principal] });
  const comparison = compare(pair, principal);
  return {
    pair,
    comparison,
    client: pair.a.asProfile(principal.profile),
    async same(request) {
      const asked =
        typeof request === 'string' ? { surface: 'vector', method: 'GET', path: request } : request;
      expect(await comparison.ask(asked)).toBeUndefined();
    },
    close: () => pair.close(),
  };
}

/** A request with a body. */
export function sending(
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): PairRequest {
  return { surface: 'vector', method, path, body, headers };
}

/** Ids of the matches of a search. */
export function ids(answer: Answer): readonly string[] {
  const { entry = [] } = answer.json<{ entry?: { resource: { id: string } }[] }>();
  return entry.map(({ resource }) => resource.id);
}

/** Refused for the rule alone, and alike in both stores. */
export async function expectRefused(on: Stage, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { status, text } = await on.client.get(path);
    expect([path, status]).toEqual([path, 403]);
    expect(text).toMatch(/n-fields#\d/);
    await on.same(path);
  }
}

/** Answered alike in both stores, and without a word of what is hidden. */
export async function expectBlind(on: Stage, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { status, text } = await on.client.get(path);
    expect([path, status < 500, CANARY.test(text)]).toEqual([path, true, false]);
    await on.same(path);
  }
}
