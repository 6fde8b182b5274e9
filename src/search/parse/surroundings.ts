import type { Definitions } from '../../definitions/model.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { SearchExpression } from '../expression.ts';
import { MAX_CHAINS } from './limits.ts';

/** What readers of parameters share within one search. */
export interface Surroundings {
  readonly definitions: Definitions;
  readonly baseUrls: readonly string[];
  /** True where one resource has to be judged by itself: then nothing may lead to another one. */
  readonly alone: boolean;
  /** True where conditions on value sets are resolved before anything is judged by them. */
  readonly codeSets: boolean;
  /** Counts one more link between resources. @throws FhirError `SEARCH_TOO_MANY_CHAINS` */
  readonly countLink: () => void;
}

/** Reads a condition on resources of a type: what is left of the name of a parameter. */
export type ConditionReader = (type: string, name: string, depth: number) => SearchExpression;

/** Surroundings of a new search. */
export function surroundingsOf(
  definitions: Definitions,
  options: {
    readonly baseUrls?: readonly string[];
    readonly alone?: boolean;
    readonly codeSets?: boolean;
  },
): Surroundings {
  let links = 0;
  return {
    definitions,
    baseUrls: options.baseUrls ?? [],
    alone: options.alone ?? false,
    codeSets: options.codeSets ?? false,
    countLink() {
      links += 1;
      if (links > MAX_CHAINS) throw fhirError('SEARCH_TOO_MANY_CHAINS', { limit: MAX_CHAINS });
    },
  };
}
