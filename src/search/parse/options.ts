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
}
