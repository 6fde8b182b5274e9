import { randomUUID } from 'node:crypto';
import { germanCalendarDay, isTestCode, type Kostentraeger } from '../../../lib/gkv/index.ts';
import type { Clock, Database, JobQueue } from '../../../src/plugin/sdk.ts';
import { gkvError } from '../errors.ts';
import type { ArchiveSeal } from '../keys/archive-seal.ts';
import type { CodeDigest } from '../keys/code-digest.ts';
import type { Activation, ActivationStore } from '../verification/activation-store.ts';
import { codeContext, enqueueVerification } from '../verification/verify-code.ts';
import { countAttempt } from './attempt-limit.ts';
import type { RedemptionStore } from './redemption-store.ts';
import { enqueueSettling } from './settle-redemption.ts';

/** What opening works with. */
export interface OpenRedemptionOptions {
  readonly accounts: Database;
  readonly billing: Database;
  readonly redemptions: RedemptionStore;
  readonly activations: ActivationStore;
  readonly accountsJobs: JobQueue;
  readonly billingJobs: JobQueue;
  readonly seal: ArchiveSeal;
  /** Keyed digest of a code, on the billing side. */
  readonly codeDigest: CodeDigest;
  /** Keyed digest of a billing id, on the accounts side. */
  readonly billingTag: CodeDigest;
  readonly clock: Clock;
  readonly redeemPerHour: number;
  readonly claimMs: number;
}

/** A redemption with the activation it waits for. */
export interface OpenedRedemption {
  readonly redemptionId: string;
  readonly billingId: string;
  /** Whether this call began it, and therefore asks the insurer. */
  readonly fresh: boolean;
}

/** A refusal is repeated that long instead of asking the insurer again, for apps that repeat a call. */
const REFUSAL_MEMORY = 600_000;
const ROUNDS = 3;

/**
 * Finds the redemption of this patient and code, or begins one: first on the side of the person, then on the side of the
 * money, each with the job that finishes what a crash interrupts.
 * @param patient reference `Patient/…`
 * @throws FhirError `GKV_CODE_ALREADY_USED`, `GKV_TOO_MANY_ATTEMPTS`
 */
export async function openRedemption(
  options: OpenRedemptionOptions,
  patient: string,
  code: string,
  kostentraeger: Kostentraeger,
): Promise<OpenedRedemption> {
  const { activations, codeDigest, billingTag } = options;
  // A test code belongs to everybody, so it is only one code per patient.
  const codeHmac = isTestCode(code)
    ? codeDigest(code, billingTag(patient).toString('hex'))
    : codeDigest(code);
  for (let round = 0; round < ROUNDS; round += 1) {
    const existing = await activations.byCode(codeHmac);
    const known = existing === undefined ? undefined : await recognise(options, patient, existing);
    if (known !== undefined) return known;
    const opened = await begin(options, patient, code, codeHmac, kostentraeger);
    if (opened !== undefined) return opened;
  }
  throw gkvError('GKV_CODE_ALREADY_USED');
}

async function recognise(
  options: OpenRedemptionOptions,
  patient: string,
  { billingId, state, decidedAt }: Activation,
): Promise<OpenedRedemption | undefined> {
  const { redemptions, billingTag, clock, accounts, redeemPerHour } = options;
  const redemption = await redemptions.byTag(billingTag(billingId));
  const own = redemption?.patient === patient ? redemption : undefined;
  if (state === 'REFUSED') {
    const recent = clock.now() - (decidedAt?.getTime() ?? 0) < REFUSAL_MEMORY;
    return own !== undefined && recent
      ? { redemptionId: own.id, billingId, fresh: false }
      : undefined;
  }
  if (own === undefined) {
    await accounts.transaction((tx) => countAttempt(tx, patient, redeemPerHour, clock.now()));
    throw gkvError('GKV_CODE_ALREADY_USED');
  }
  if (state === 'MANUAL') await restart(options, billingId);
  return { redemptionId: own.id, billingId, fresh: false };
}

async function restart(
  { billing, activations, billingJobs, clock }: OpenRedemptionOptions,
  billingId: string,
): Promise<void> {
  await billing.transaction(async (tx) => {
    const restarted = await activations.restart(tx, billingId);
    if (restarted !== undefined) await enqueueVerification(billingJobs, tx, billingId, clock.now());
  });
}

/** @returns undefined when another call was faster with the same code */
async function begin(
  options: OpenRedemptionOptions,
  patient: string,
  code: string,
  codeHmac: Buffer,
  kostentraeger: Kostentraeger,
): Promise<OpenedRedemption | undefined> {
  const {
    accounts,
    billing,
    redemptions,
    activations,
    accountsJobs,
    billingJobs,
    clock,
    seal,
    claimMs,
  } = options;
  const id = randomUUID();
  const billingId = randomUUID();
  const now = clock.now();
  const { kostentraegerkennung, kostentraegerkuerzel, name } = kostentraeger;
  await accounts.transaction(async (tx) => {
    await countAttempt(tx, patient, options.redeemPerHour, now);
    const redemption = {
      id,
      patient,
      billingId,
      billingTag: options.billingTag(billingId),
      coverageId: randomUUID(),
      insurerIk: kostentraegerkennung,
      insurerName: name,
    };
    await redemptions.insert(tx, redemption, germanCalendarDay(now));
    await enqueueSettling(accountsJobs, tx, id, now + claimMs + 2_000);
  });
  const inserted = await billing.transaction(async (tx) => {
    const activation = {
      billingId,
      codeHmac,
      codeSealed: seal.seal(Buffer.from(code, 'latin1'), codeContext(billingId)),
      kostentraegerkuerzel,
      ikKrankenkasse: kostentraegerkennung,
      verfahren: isTestCode(code) ? ('TDFC0' as const) : ('EDFC0' as const),
    };
    const created = await activations.insert(tx, activation, now);
    // The net under this process: it asks the insurer itself, and at once.
    if (created) await enqueueVerification(billingJobs, tx, billingId, now + claimMs + 1_000);
    return created;
  });
  if (inserted) return { redemptionId: id, billingId, fresh: true };
  await redemptions.remove(id);
  return undefined;
}
