import type { ChiefParameters } from './chief-parameters.ts';
import type { ParamKey } from './param-key.ts';
import type { TokenHash } from './token-hash.ts';

/** What naming the values of an index needs. */
export interface IndexNaming {
  readonly hash: TokenHash;
  readonly paramKey: ParamKey;
  readonly chief: ChiefParameters;
}
