import type { BotEventData, BotRequest, BotResponse, FromWorker } from '../messages.ts';

/** Starts the one run of a process. */
export interface IsolatedRun {
  readonly kind: 'run';
  /** CommonJS that exports `handler`. */
  readonly code: string;
  /** Public origin of the server. */
  readonly origin: string;
  readonly event: BotEventData;
}

/** From the server to the process of a bot. The bytes of a body travel beside the message. */
export type ToProcess =
  | IsolatedRun
  | { readonly kind: 'response'; readonly id: number; readonly response: BotResponse };

/** A request to another host, which the server makes for the bot. `url` is absolute. */
export interface OutsideRequest {
  readonly kind: 'outside';
  readonly id: number;
  readonly request: BotRequest;
}

/** From the process of a bot to the server, checked. */
export type FromProcess = FromWorker | OutsideRequest;
