import { splitCanonical, type StructureResource } from '../../../conformance/model.ts';
import type { OpenCodeSystem } from '../../../terminology/code-system.ts';
import type { CompiledSet } from '../../../terminology/compiled-set.ts';
import type { Terminology } from '../../../terminology/terminology.ts';
import type { Definitions } from '../../../definitions/model.ts';
import { isFhirError } from '../../../outcome/fhir-error.ts';
import { buildRules } from './build-rules.ts';
import type { RuleTree } from './rule.ts';

/** Profiles, value sets and code systems that one validation may ask for. */
const MAX_LOADED = 3_000;
/** Definitions on the way from a profile to its base. */
const MAX_BASES = 20;

/** `undefined`: not loaded yet, and noted to be loaded; `null`: there is none. */
export type Maybe<T> = T | null | undefined;

const built = new WeakMap<StructureResource, RuleTree>();

/**
 * What a validation knows of profiles and terminology. The check itself does not wait: it asks, notes what is missing, and
 * is done again once that was loaded.
 */
export class Knowledge {
  readonly #definitions: Definitions;
  readonly #terminology: Terminology;
  readonly #known = new Map<string, unknown>();
  readonly #wanted = new Map<string, () => Promise<unknown>>();

  constructor(definitions: Definitions, terminology: Terminology) {
    this.#definitions = definitions;
    this.#terminology = terminology;
  }

  /** The rules of a profile or type. */
  profile(canonical: string, scope: string): Maybe<RuleTree> {
    return this.#ask(`profile ${scope} ${canonical}`, () => this.#loadProfile(canonical, scope, 0));
  }

  /** A value set, ready to be asked; null also where it cannot be understood. */
  valueSet(canonical: string, scope: string): Maybe<CompiledSet> {
    return this.#ask(`set ${scope} ${canonical}`, async () => {
      try {
        return (await this.#terminology.valueSet(canonical, scope)) ?? null;
      } catch (error) {
        if (isFhirError(error) && error.code.startsWith('TERMINOLOGY_')) return null;
        throw error;
      }
    });
  }

  codeSystem(url: string): Maybe<OpenCodeSystem> {
    return this.#ask(
      `system ${url}`,
      async () => (await this.#terminology.codeSystem(url)) ?? null,
    );
  }

  /**
   * Loads what was asked for.
   * @returns false if nothing was missing
   */
  async load(): Promise<boolean> {
    if (this.#wanted.size === 0) return false;
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    for (const [key, load] of wanted) {
      this.#known.set(key, this.#known.size >= MAX_LOADED ? null : await load());
    }
    return true;
  }

  /** Builds as often as another profile turns out to be needed for it. */
  async #build(
    structure: StructureResource,
    scope: string,
    base: RuleTree | undefined,
    depth: number,
  ): Promise<RuleTree> {
    const loaded = new Map<string, RuleTree | null>();
    for (;;) {
      const missing = new Map<string, readonly [canonical: string, scope: string]>();
      const tree = buildRules(
        {
          definitions: this.#definitions,
          profileOf: (canonical, from) => {
            const key = `${from} ${canonical}`;
            if (!loaded.has(key)) missing.set(key, [canonical, from]);
            return loaded.get(key);
          },
        },
        structure,
        scope,
        base,
      );
      if (missing.size === 0) return tree;
      for (const [key, [canonical, from]] of missing) {
        const deeper = depth >= MAX_BASES ? null : this.#loadProfile(canonical, from, depth + 1);
        loaded.set(key, await deeper);
      }
    }
  }

  #ask<T>(key: string, load: () => Promise<T | null>): Maybe<T> {
    const known = this.#known.get(key);
    if (known === undefined) this.#wanted.set(key, load);
    return known as Maybe<T>;
  }

  async #loadProfile(canonical: string, scope: string, depth: number): Promise<RuleTree | null> {
    const found = await this.#terminology.source.find('StructureDefinition', canonical, scope);
    if (found === undefined || found.resource.kind === 'logical') return null;
    const structure = found.resource;
    const known = built.get(structure);
    if (known !== undefined) return known;
    const { baseDefinition } = structure;
    let base: RuleTree | null = null;
    if (!structure.complete && baseDefinition !== undefined) {
      if (depth >= MAX_BASES || splitCanonical(baseDefinition).url === structure.url) return null;
      base = await this.#loadProfile(baseDefinition, found.scope, depth + 1);
      if (base === null) return null;
    }
    const tree = await this.#build(structure, found.scope, base ?? undefined, depth);
    // What is stored here changes, what came in packages does not.
    if (found.scope !== '') built.set(structure, tree);
    return tree;
  }
}
