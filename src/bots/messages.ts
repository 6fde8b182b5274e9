/** Request of a bot to the server, without any credential: who asks is known by the worker it comes from. */
export interface BotRequest {
  readonly method: string;
  /** Path and query, such as `/fhir/R4/Patient/1`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Answer of the server to a bot. */
export interface BotResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Event as the handler gets it, but for the HL7 message, which is parsed in the worker. */
export interface BotEventData {
  readonly bot: { readonly reference: string };
  readonly contentType: string;
  readonly input: unknown;
  readonly secrets: Readonly<
    Record<string, { readonly name: string; readonly valueString?: string }>
  >;
  readonly traceId?: string;
  readonly requester?: { readonly reference: string };
  /** Header fields of a webhook, without credentials. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What stood behind `$execute` in the path. */
  readonly path?: string;
}

/** Starts the one run of a worker. */
export interface RunMessage {
  readonly kind: 'run';
  readonly module: string;
  /** Public origin of the server; what the bot asks of it goes to the host instead of the network. */
  readonly origin: string;
  readonly network: readonly string[];
  readonly event: BotEventData;
}

/** From the host to a worker. */
export type ToWorker =
  | RunMessage
  | { readonly kind: 'response'; readonly id: number; readonly response: BotResponse };

/** From a worker to the host. A bot can forge these, so the host trusts no more than their shape. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'request'; readonly id: number; readonly request: BotRequest }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly text: string }
  | { readonly kind: 'done'; readonly output: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Level of a console line. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Bounds of a run. */
export const BOT_LIMITS = {
  /** Characters of console output; what Medplum keeps of it. */
  log: 10_240,
  /** Characters of the result as JSON. */
  output: 5_000_000,
  /** Bytes of the body of one request. */
  body: 50_000_000,
  /** Requests of one run under way at the same time. */
  requests: 32,
} as const;
