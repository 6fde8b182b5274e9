import type { Principal } from '../access/principal.ts';
import type { Definitions } from './definitions/model.ts';
import type { ParsedJson } from './json/exact.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { Operations } from './operations.ts';

/** A request to the FHIR API, whether it came by HTTP, from a bot, or as an entry of a Bundle. */
export interface FhirRequest {
  readonly method: string;
  /** Path below the base, without a leading slash, still percent-encoded. */
  readonly path: string;
  /** Query string without the question mark. */
  readonly query: string;
  /** Header fields in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Bytes of the body. */
  readonly body?: Buffer;
  /** Body that was parsed already, as part of a Bundle. */
  readonly json?: ParsedJson;
  /** Absolute URL of the base the request came in on, without a trailing slash. */
  readonly base: string;
  readonly requestId: string;
  readonly network?: string;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
}

/** Answer to a {@link FhirRequest}. */
export interface FhirResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
}

/** Limits and settings of the FHIR API. */
export interface FhirSettings {
  /** Entries on a page where the client names no number. */
  readonly defaultCount: number;
  readonly maxCount: number;
  /** Further base URLs under which clients know this server. */
  readonly baseUrls: readonly string[];
}

/** What the interactions work with. */
export interface FhirServices {
  readonly store: ClinicalStore;
  readonly definitions: Definitions;
  readonly operations: Operations;
  readonly settings: FhirSettings;
  /** Runs a bot under its own identity. @throws FhirError `BOT_*` */
  readonly executeBot: (
    name: string,
    input: unknown,
    options: {
      readonly requester: string;
      readonly contentType?: string;
      readonly traceId?: string;
      readonly signal: AbortSignal;
    },
  ) => Promise<unknown>;
  /** JSON text of the CapabilityStatement. */
  readonly capabilities: (base: string) => Promise<string>;
}

/** One call of an interaction. */
export interface FhirCall {
  readonly services: FhirServices;
  readonly request: FhirRequest;
  readonly principal: Principal;
  readonly context: AccessContext;
  /** Handles another request of the same principal: an entry of a batch. */
  readonly dispatch: (request: FhirRequest) => Promise<FhirResponse>;
}
