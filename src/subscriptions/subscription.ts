import type { PrincipalClaims } from '../access/principal.ts';
import type { SearchExpression } from '../search/expression.ts';
import type { WriteEvent } from '../storage/write-hooks.ts';

/** Where events of a Subscription go. @see https://hl7.org/fhir/R4/valueset-subscription-channel-type.html */
export type SubscriptionChannel =
  | {
      readonly kind: 'rest-hook';
      readonly url: URL;
      /** Names and values of `channel.header`. */
      readonly headers: readonly (readonly [name: string, value: string])[];
      /** True: the resource is sent; false: nothing but the fact. */
      readonly payload: boolean;
      /** Signs the body. */
      readonly secret?: string;
      readonly isSuccess: (status: number) => boolean;
    }
  | { readonly kind: 'bot'; readonly bot: string }
  | { readonly kind: 'websocket'; readonly payload: boolean };

/** A Subscription that can be served: every part of it is understood. */
export interface ActiveSubscription {
  readonly id: string;
  /** All who have set what it sends or where to; each has to be allowed to see what is sent. */
  readonly owners: readonly PrincipalClaims[];
  readonly type: string;
  readonly where: SearchExpression;
  readonly interactions: ReadonlySet<WriteEvent['interaction']>;
  /** FHIRPath over `%previous` and `%current` that has to be true. */
  readonly fhirPath?: string;
  /** Milliseconds since 1970; later events are not told. */
  readonly end?: number;
  readonly maxAttempts: number;
  readonly channel: SubscriptionChannel;
}
