import type { Readable } from 'node:stream';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { SubscriptionService } from '../subscriptions/service.ts';
import type { BotService } from '../bots/runs/bot-service.ts';
import type { BinaryContents } from './binary/contents.ts';
import type { Principal } from '../access/principal.ts';
import type { ConformanceSource } from '../conformance/model.ts';
import type { BulkService } from '../bulk/bulk-service.ts';
import type { FailedJob } from '../jobs/failures.ts';
import type { JobStatistics } from '../jobs/statistics.ts';
import type { Invariants } from '../fhirpath/invariants.ts';
import type { Definitions } from '../definitions/model.ts';
import type { ParsedJson } from '../json/exact.ts';
import type { ReindexService } from '../storage/reindex/reindex-job.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { Operations } from './operations/plugin-operations.ts';

/** A request to the FHIR API, whether it came by HTTP, from a bot, or as an entry of a Bundle. */
export interface FhirRequest {
  readonly method: string;
  /** Path below the base, without a leading slash, still percent-encoded. */
  readonly path: string;
  /** The path as it was asked for, where the caller knows the resource of the path by another name than its id. */
  readonly askedPath?: string;
  /** Query string without the question mark. */
  readonly query: string;
  /** Header fields in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Bytes of the body. */
  readonly body?: Buffer;
  /** Body that was parsed already: as part of a Bundle, or from XML. */
  readonly json?: ParsedJson;
  /** Body that is read as it comes, where the content is no FHIR resource (Binary); then there is no `body`. */
  readonly upload?: AsyncIterable<Uint8Array>;
  /** True where the answer may be a stream; false or absent in a Bundle and for a bot. */
  readonly streams?: true;
  /** Absolute URL of the base the request came in on, without a trailing slash. */
  readonly base: string;
  readonly requestId: string;
  readonly network?: string;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
}

/** Answer to a {@link FhirRequest}; at most one of `body` and `stream` is there. */
export interface FhirResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What a write that succeeded has to say; entries of a batch carry it. */
  readonly success?: OperationOutcome;
  /** JSON text of a resource; whoever sends it turns it into the format that was asked for. */
  readonly body?: string;
  /** Content of another kind (Binary, NDJSON), sent as it comes; `Content-Type` stands in the headers. */
  readonly stream?: Readable;
}

/** Limits and settings of the FHIR API. */
export interface FhirSettings {
  /** Entries on a page where the client names no number. */
  readonly defaultCount: number;
  readonly maxCount: number;
  /** Whether a conditional delete may delete several resources without being told so. */
  readonly conditionalDelete?: 'single' | 'multiple';
  /** What becomes of search parameters that nobody knows, where the client does not say; refused unless told. */
  readonly unknownParameters?: 'reject' | 'ignore';
  /** Further base URLs under which clients know this server. */
  readonly baseUrls: readonly string[];
}

/** A queue as the operator sees it. */
export interface QueueState {
  /** Database whose jobs it holds. */
  readonly queue: string;
  readonly statistics: JobStatistics;
  readonly failures: readonly FailedJob[];
}

/** What the interactions work with. */
export interface FhirServices {
  readonly store: ClinicalStore;
  readonly definitions: Definitions;
  readonly operations: Operations;
  /** The conformance resources that came with the server and its packages. */
  readonly conformance: ConformanceSource;
  readonly invariants: Invariants;
  /** Large content. */
  readonly blobs: BlobStore;
  readonly subscriptions: SubscriptionService;
  /** What Binaries hold. */
  readonly binaries: BinaryContents;
  readonly settings: FhirSettings;
  readonly bulk: BulkService;
  /** Runs of the search index. */
  readonly reindex: ReindexService;
  /** State of the queues over all nodes. @param failures how many jobs that failed are named at most */
  readonly jobs: (failures: number) => Promise<readonly QueueState[]>;
  /** Bots, shipped and deployed. */
  readonly bots: BotService;
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
