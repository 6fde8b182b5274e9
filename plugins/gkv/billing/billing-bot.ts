import { z } from 'zod';
import type { DigaInvoice } from '../../../lib/gkv/index.ts';
import { isFhirError } from '../../../src/plugin/sdk.ts';

/** Name of the bot that builds and sends invoices. */
export const BILLING_BOT = 'gkv-billing';

/** What the bot could not do. */
export interface BotFailure {
  readonly failed: string;
  readonly retryable: boolean;
  /** What was received although it could not be read, base64. */
  readonly cms?: string | undefined;
}

const failure = z.object({
  failed: z.string().max(100),
  retryable: z.boolean(),
  cms: z.base64().optional(),
});
const built = z.object({ xml: z.base64() });
const sealed = z.object({ cms: z.base64() });
const token = z.string().max(100);
const report = z.object({
  cms: z.base64(),
  xml: z.base64(),
  accepted: z.boolean(),
  recommendation: token,
  documentHash: token,
  messages: z.array(z.object({ step: token, code: token, level: token })).max(1000),
  warnings: z.array(token).max(100),
});

/** PEM texts for the messages of a step. */
export interface BotIdentity {
  readonly key: string;
  readonly cert: string;
}

/** Input of the step `seal`. */
export interface SealInput {
  readonly xml: string;
  readonly identity: BotIdentity;
  /** Certificate of the clearing point, PEM. */
  readonly recipient: string;
  readonly now: number;
}

/** Input of the step `send`. */
export interface SendInput {
  readonly cms: string;
  /** The invoice inside, to compare the hash of the report. */
  readonly xml: string;
  readonly endpoint: string;
  readonly ikHersteller: string;
  readonly ikStelle: string;
  readonly verfahren: 'EDRE0';
  readonly identities: readonly BotIdentity[];
  readonly trustAnchors: string;
  /** Certificates of the clearing point from the list, PEM. */
  readonly knownCertificates: string;
  readonly allowLoopbackHttp: boolean;
  readonly tls: object;
  readonly connectMs: number;
  readonly totalMs: number;
  readonly now: number;
}

/** The three steps of the bot; a failure of the bot itself counts as one that may pass. */
export interface BillingBot {
  build(invoice: DigaInvoice): Promise<z.output<typeof built> | BotFailure>;
  seal(input: SealInput): Promise<z.output<typeof sealed> | BotFailure>;
  send(input: SendInput): Promise<z.output<typeof report> | BotFailure>;
}

/** The bot behind `host.executeBot`. What it answers is checked: it may run elsewhere one day. */
export function billingBot(
  execute: (name: string, input: unknown) => Promise<unknown>,
): BillingBot {
  const run = async <T>(schema: z.ZodType<T>, input: object): Promise<T | BotFailure> => {
    let output: unknown;
    try {
      output = await execute(BILLING_BOT, input);
    } catch (error) {
      if (!isFhirError(error)) throw error;
      return { failed: error.code, retryable: true };
    }
    const failed = failure.safeParse(output);
    if (failed.success) return failed.data;
    const parsed = schema.safeParse(output);
    return parsed.success ? parsed.data : { failed: 'BOT_OUTPUT_INVALID', retryable: true };
  };
  return {
    build: (invoice) => run(built, { step: 'build', invoice }),
    seal: (input) => run(sealed, { step: 'seal', ...input }),
    send: (input) => run(report, { step: 'send', ...input }),
  };
}

/** Whether a step failed. */
export function isFailure(result: object): result is BotFailure {
  return 'failed' in result;
}
