import type { RevealId } from '../rewriters/reveal-ids.ts';

/** How searches are read. */
export interface ParseOptions {
  /** Largest page; a larger `_count` is cut to it. */
  readonly maxCount: number;
  /** Size of a page where the client names none. */
  readonly defaultCount: number;
  /** True for `Prefer: handling=lenient`: parameters that are not understood are left out instead of refused. */
  readonly lenient?: boolean;
  /** Own base URLs without a trailing slash: references that begin with one are references to this server. */
  readonly baseUrls?: readonly string[];
  /** True for criteria that one resource has to satisfy by itself (policies, subscriptions): chains are refused. */
  readonly alone?: boolean;
  /** True where other resource types are searched as well. */
  readonly system?: boolean;
  /**
   * True where the caller resolves conditions on value sets (`:in`, `:not-in`, `:above`, `:below`, see
   * `../terminology.ts`); they are refused otherwise.
   */
  readonly codeSets?: boolean;
  /** Present where the caller knows resources by other names than their ids. */
  readonly reveal?: RevealId;
}
