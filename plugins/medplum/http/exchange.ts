import type { IncomingMessage } from 'node:http';
import type { SignInOrigin } from '../../../src/plugin/sdk.ts';

/** One request to an endpoint of Medplum's. */
export interface Exchange {
  readonly request: IncomingMessage;
  /** Parts of the path that the route names, such as `id`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly origin: SignInOrigin;
  /** Body of a request that has one, parsed; undefined for GET and DELETE. */
  readonly body: unknown;
}

/** Answer to a request. */
export interface JsonAnswer {
  /** 200 unless told. */
  readonly status?: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An endpoint. */
export interface JsonRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Such as `/auth/login/:id`; a part that begins with a colon stands for any one part. */
  readonly path: string;
  handle(exchange: Exchange): Promise<JsonAnswer> | JsonAnswer;
}

/** The outcome that Medplum answers with where there is nothing to say. */
export const ALL_OK = {
  resourceType: 'OperationOutcome',
  id: 'ok',
  issue: [{ severity: 'information', code: 'informational', details: { text: 'All OK' } }],
} as const;
