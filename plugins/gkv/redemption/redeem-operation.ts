import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { OperationCall, OperationResult, SecurityEvent } from '../../../src/plugin/sdk.ts';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import { type FindInsurerOptions, findInsurer } from '../directory/find-insurer.ts';
import type { InsurerDirectory } from '../directory/insurer-directory.ts';
import { GKV_ERRORS, type GkvErrorCode, gkvError } from '../errors.ts';
import type { ManufacturerSource } from '../keys/manufacturer.ts';
import type { ActivationStore } from '../verification/activation-store.ts';
import type { VerificationResult } from '../verification/verify-code.ts';
import {
  type OpenedRedemption,
  type OpenRedemptionOptions,
  openRedemption,
} from './open-redemption.ts';
import { readCode } from './read-code.ts';
import { activeAnswer, pendingAnswer, refusalError } from './redemption-answer.ts';
import type { Redemption } from './redemption-store.ts';

/** What the operation works with. */
export interface RedeemOptions extends OpenRedemptionOptions, Omit<FindInsurerOptions, 'now'> {
  readonly directory: InsurerDirectory;
  readonly manufacturer: ManufacturerSource;
  readonly activations: ActivationStore;
  readonly verify: (billingId: string) => Promise<VerificationResult | undefined>;
  readonly settle: (redemptionId: string) => Promise<Redemption | undefined>;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly logger: Logger;
  /** Milliseconds that the person waits at most. */
  readonly answerMs: number;
  /** Keeps work that outlives its call, so that the server waits for it when it stops. */
  readonly background: (work: Promise<unknown>) => void;
}

const LOOK_AGAIN = 200;

/**
 * `$redeem-activation-code`: verifies an activation code with the insurer and opens the entitlement. The person waits for
 * the insurer for a while; then the answer is `pending`, and it goes on without them. The same call again gives where it
 * stands.
 * @throws FhirError `GKV_*`
 */
export async function redeemActivationCode(
  options: RedeemOptions,
  call: OperationCall,
): Promise<OperationResult> {
  const opened = await audited(options, call, () => open(options, call));
  const work = complete(options, opened);
  options.background(work);
  const late = Symbol('late');
  const timer = new AbortController();
  const ended = await Promise.race([
    work,
    pause(options.answerMs, late, { signal: timer.signal }).catch(() => late),
  ]);
  timer.abort();
  if (typeof ended === 'symbol') return pendingAnswer('GKV_INSURER_SLOW');
  const { redemption, failure } = ended;
  if (redemption?.state === 'ACTIVE') return activeAnswer(redemption);
  if (redemption?.state === 'REFUSED') throw refusalError(redemption.errorNumber ?? 0);
  return pendingAnswer(failure ?? 'GKV_INSURER_SLOW');
}

async function open(
  options: RedeemOptions,
  { principal, parameters }: OperationCall,
): Promise<OpenedRedemption> {
  const { directory, manufacturer, clock, allowTestCodes, testInsurer } = options;
  if (!/^Patient\/[A-Za-z0-9.-]{1,64}$/.test(principal.reference))
    throw gkvError('GKV_NOT_A_PATIENT');
  const code = readCode(parameters);
  await manufacturer();
  const insurers = await directory.current();
  const now = clock.now();
  const kostentraeger = findInsurer(insurers, code, { allowTestCodes, testInsurer, now });
  return openRedemption(options, principal.reference, code, kostentraeger);
}

interface Completion {
  readonly redemption: Redemption | undefined;
  readonly failure?: GkvErrorCode;
}

async function complete(
  options: RedeemOptions,
  { redemptionId, billingId, fresh }: OpenedRedemption,
): Promise<Completion> {
  const result = fresh ? await options.verify(billingId) : await observe(options, billingId);
  const redemption = await options.settle(redemptionId);
  const failure = result?.failure ?? knownFailure(result?.activation.lastFailure);
  const manual = result?.activation.state === 'MANUAL';
  if (manual) return { redemption, failure: 'GKV_ACTIVATION_MANUAL' };
  return failure === undefined ? { redemption } : { redemption, failure };
}

/** Waits for an attempt that another call or a job makes; makes none, or repeated calls would undo the pauses. */
async function observe(
  { activations, clock, answerMs }: RedeemOptions,
  billingId: string,
): Promise<VerificationResult | undefined> {
  const end = clock.now() + answerMs;
  for (;;) {
    const activation = await activations.read(billingId);
    const underWay =
      activation?.state === 'VERIFYING' &&
      (activation.attempts === 0 || activation.claimedUntil !== null);
    if (!underWay || clock.now() >= end)
      return activation === undefined ? undefined : { activation };
    await pause(LOOK_AGAIN);
  }
}

function knownFailure(code: string | null | undefined): GkvErrorCode | undefined {
  return typeof code === 'string' && Object.hasOwn(GKV_ERRORS, code)
    ? (code as GkvErrorCode)
    : undefined;
}

/** What is refused before the insurer is asked stands in the patient's access log, by its code and nothing else. */
async function audited<T>(
  { audit }: RedeemOptions,
  { principal, requestId }: OperationCall,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFhirError(error)) throw error;
    const { reference, clientId } = principal;
    await audit({
      type: '110100',
      outcome: 'minor',
      agent: reference,
      requestId,
      description: `Activation code not accepted: ${error.code}`,
      ...(clientId === undefined ? {} : { clientId }),
      ...(reference.startsWith('Patient/') ? { patient: reference } : {}),
    });
    throw error;
  }
}
