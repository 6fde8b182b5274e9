import type { FhirCall } from '../request.ts';
import type { ReadGraphContent } from './graph-content.ts';
import type { ResourceLoader } from './resource-loader.ts';

/** What the resolvers of one query share. */
export interface GraphContext {
  readonly call: FhirCall;
  readonly loader: ResourceLoader;
  readonly read: ReadGraphContent;
  /** Runs a search when one of the few places for searches is free. */
  readonly inTurn: <T>(search: () => Promise<T>) => Promise<T>;
}
