import type { PrincipalClaims } from '../../access/principal.ts';

/** What started a run. `job` is a run that a shipped bot's subscription or schedule enqueued. */
export type RunTrigger =
  | 'execute'
  | 'async'
  | 'schedule'
  | 'subscription'
  | 'webhook'
  | 'operation'
  | 'job';

/** How a bot is called, as far as it outlives the request. */
export interface KeptCall {
  readonly input: unknown;
  readonly contentType?: string;
  readonly traceId?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
}

/** A run of a bot. Instants are those of FHIR. */
export interface BotRun {
  readonly id: string;
  readonly bot: string;
  readonly trigger: RunTrigger;
  /** FHIR reference of who asked for it. */
  readonly requester: string | null;
  readonly status: 'active' | 'completed' | 'error' | 'cancelled';
  readonly requested: string;
  readonly finished: string | null;
  /** Code of the error that ended it. */
  readonly reason: string | null;
  /** What it printed, without secrets. */
  readonly log: string | null;
  readonly claims: PrincipalClaims | null;
  /** URL that was asked for. */
  readonly request: string | null;
  readonly call: KeptCall | null;
  /** Result as JSON. */
  readonly output: string | null;
}
