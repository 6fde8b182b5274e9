import type { Logger } from 'pino';
import { findKostentraeger, germanCalendarDay } from '../../../lib/gkv/index.ts';
import type { Clock, Database, JobQueue, SqlClient } from '../../../src/plugin/sdk.ts';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { InsurerDirectory } from '../directory/insurer-directory.ts';
import { gkvError, type GkvErrorCode } from '../errors.ts';
import { type Answer, askInsurer, type AskInsurerOptions } from '../exchange/ask-insurer.ts';
import { exchangeFailure } from '../exchange/exchange-failure.ts';
import { pauseAfter } from '../exchange/repetition.ts';
import type { ArchiveSeal } from '../keys/archive-seal.ts';
import type { ManufacturerSource } from '../keys/manufacturer.ts';
import type { Activation, ActivationStore } from './activation-store.ts';

/** Where an activation stands after an attempt. */
export interface VerificationResult {
  readonly activation: Activation;
  /** What went wrong in this attempt. */
  readonly failure?: GkvErrorCode;
}

/** What the verification works with. */
export interface VerifyCodeOptions extends AskInsurerOptions {
  readonly billing: Database;
  readonly activations: ActivationStore;
  readonly seal: ArchiveSeal;
  readonly directory: InsurerDirectory;
  readonly manufacturer: ManufacturerSource;
  readonly jobs: JobQueue;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds after which an attempt of a dead process no longer counts. */
  readonly claimMs: number;
}

/** Place that a sealed code is bound to. */
export function codeContext(billingId: string): string {
  return `gkv_activation/${billingId}`;
}

/** Enqueues an attempt; one per activation waits at most. */
export function enqueueVerification(
  jobs: JobQueue,
  tx: SqlClient,
  billingId: string,
  at: number,
): Promise<void> {
  return jobs.enqueue(tx, 'verify', { billingId }, { key: billingId, runAt: new Date(at) });
}

/**
 * Makes one attempt to have a code verified. What the insurer says, the note in the protocol and the job that follows are
 * one transaction. Another attempt under way elsewhere is left alone.
 */
export async function verifyCode(
  options: VerifyCodeOptions,
  billingId: string,
): Promise<VerificationResult | undefined> {
  const { activations, clock, claimMs, billing, jobs } = options;
  const now = clock.now();
  const claimed = await activations.claim(billingId, now, now + claimMs);
  if (claimed === undefined) {
    const activation = await activations.read(billingId);
    if (activation?.state === 'VERIFYING') {
      const again = Math.max(activation.claimedUntil?.getTime() ?? 0, now) + 1_000;
      await enqueueVerification(jobs, billing, billingId, again);
    }
    return activation === undefined ? undefined : { activation };
  }
  const answer = await ask(options, claimed);
  return conclude(options, claimed, answer);
}

async function ask(options: VerifyCodeOptions, claimed: Activation): Promise<Answer> {
  const { directory, manufacturer, seal, clock } = options;
  try {
    const insurers = await directory.current();
    const day = germanCalendarDay(clock.now());
    const found = findKostentraeger(insurers.eintraege, claimed.kostentraegerkuerzel, day);
    if (!found.found) throw gkvError('GKV_INSURER_CLOSED', { reason: found.grund });
    if (claimed.codeSealed === null) throw new TypeError('An activation under way has no code');
    const question = {
      billingId: claimed.billingId,
      code: seal.open(claimed.codeSealed, codeContext(claimed.billingId)).toString('latin1'),
      verfahren: claimed.verfahren,
      kostentraeger: found.kostentraeger,
    };
    return await askInsurer(options, question, insurers, await manufacturer());
  } catch (error) {
    const failure = isFhirError(error)
      ? { error: error.code as GkvErrorCode, reason: error.code, retryable: true }
      : exchangeFailure(error);
    // A database that is away is no answer of an insurer; the job comes back.
    if (failure === undefined || failure.reason.startsWith('SERVER_')) throw error;
    return { verdict: { kind: 'failed', ...failure }, record: () => Promise.resolve() };
  }
}

async function conclude(
  { billing, activations, jobs, clock, logger, settings }: VerifyCodeOptions,
  claimed: Activation,
  { verdict, record }: Answer,
): Promise<VerificationResult | undefined> {
  const { billingId, attempts } = claimed;
  const now = clock.now();
  const pause =
    verdict.kind === 'failed' && verdict.retryable
      ? pauseAfter(attempts, settings.retryMs)
      : undefined;
  const decided = await billing.transaction(async (tx) => {
    await record(tx);
    if (verdict.kind === 'valid') {
      const verified = await activations.verified(
        tx,
        billingId,
        verdict.digaVeId,
        verdict.serviceDay,
        now,
      );
      if (verified?.verfahren === 'EDFC0')
        await jobs.enqueue(tx, 'bill', { billingId }, { key: billingId });
      return verified;
    }
    if (verdict.kind === 'refused')
      return activations.refused(tx, billingId, verdict.errorNumber, now);
    const state = pause === undefined ? 'MANUAL' : 'VERIFYING';
    const failed = await activations.failed(tx, billingId, verdict.error, state);
    if (pause !== undefined && failed !== undefined)
      await enqueueVerification(jobs, tx, billingId, now + pause);
    return failed;
  });
  report(logger, claimed, verdict, pause === undefined);
  const activation = decided ?? (await activations.read(billingId));
  if (activation === undefined) return undefined;
  return verdict.kind === 'failed' ? { activation, failure: verdict.error } : { activation };
}

function report(
  logger: Logger,
  claimed: Activation,
  verdict: Answer['verdict'],
  last: boolean,
): void {
  const subject = {
    billingId: claimed.billingId,
    insurer: claimed.ikKrankenkasse,
    attempt: claimed.attempts,
  };
  if (verdict.kind === 'failed') {
    const facts = { event: 'gkv.verification.failed', ...subject, reason: verdict.reason };
    if (last || verdict.error === 'GKV_ANSWER_UNTRUSTED')
      logger.error(facts, 'A verification failed');
    else logger.warn(facts, 'A verification failed');
  } else if (verdict.kind === 'refused') {
    const facts = {
      event: 'gkv.verification.refused',
      ...subject,
      errorNumber: verdict.errorNumber,
    };
    // An answer that got lost may have redeemed the code, and this is what the insurer says to the repetition.
    if (verdict.alarm || claimed.attempts > 1) logger.error(facts, 'A refusal needs a person');
    else logger.info(facts, 'A code was refused');
  } else {
    logger.info({ event: 'gkv.verification.valid', ...subject }, 'A code was verified');
  }
}
