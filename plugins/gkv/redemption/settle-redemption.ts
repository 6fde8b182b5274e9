import type { Logger } from 'pino';
import type {
  Clock,
  Database,
  JobQueue,
  PluginRepository,
  SecurityEvent,
  SqlClient,
} from '../../../src/plugin/sdk.ts';
import { priceOf } from '../billing/price-table.ts';
import type { GkvSettings } from '../settings.ts';
import type { Activation, ActivationStore } from '../verification/activation-store.ts';
import { lockPatient } from './attempt-limit.ts';
import { coverageOf } from './coverage.ts';
import { entitlementPeriod } from './entitlement-period.ts';
import type { Redemption, RedemptionStore } from './redemption-store.ts';

/** What settling works with. */
export interface SettleOptions {
  readonly accounts: Database;
  readonly redemptions: RedemptionStore;
  readonly activations: ActivationStore;
  readonly repository: PluginRepository;
  readonly settings: GkvSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: (event: SecurityEvent) => Promise<void>;
}

/** Enqueues the settling of a redemption; one per redemption waits at most. */
export function enqueueSettling(
  jobs: JobQueue,
  tx: SqlClient,
  redemptionId: string,
  at: number,
): Promise<void> {
  return jobs.enqueue(tx, 'settle', { redemptionId }, { key: redemptionId, runAt: new Date(at) });
}

/**
 * Brings a redemption to where the insurer's verdict leads: entitlement and Coverage, or refusal. May be repeated after a
 * crash at any point. A redemption whose code never reached the billing side is abandoned there first, so that it cannot
 * arrive later.
 * @returns the redemption as it stands; `PENDING` while there is no verdict
 */
export async function settleRedemption(
  options: SettleOptions,
  id: string,
): Promise<Redemption | undefined> {
  const { redemptions, activations, clock } = options;
  const redemption = await redemptions.read(id);
  if (redemption?.state === 'GRANTED') return activate(options, redemption);
  if (redemption?.state !== 'PENDING' || redemption.billingId === null) return redemption;
  let activation = await activations.read(redemption.billingId);
  if (activation === undefined) {
    await activations.abandon(redemption.billingId, clock.now());
    activation = await activations.read(redemption.billingId);
  }
  switch (activation?.state) {
    case 'VERIFIED': {
      const granted = await grant(options, redemption, activation);
      return granted?.state === 'GRANTED' ? activate(options, granted) : granted;
    }
    case 'REFUSED':
      await options.audit(
        eventOf(
          redemption,
          'minor',
          `Activation code refused by the insurer: ${activation.errorNumber ?? 0}`,
        ),
      );
      return (
        (await redemptions.close(id, 'REFUSED', activation.errorNumber)) ?? redemptions.read(id)
      );
    case 'ABANDONED':
      return (await redemptions.close(id, 'ABANDONED', null)) ?? redemptions.read(id);
    default:
      return redemption;
  }
}

async function grant(
  { accounts, redemptions, settings, logger }: SettleOptions,
  { id, patient }: Redemption,
  { digaVeId, serviceDay }: Activation,
): Promise<Redemption | undefined> {
  if (digaVeId === null || serviceDay === null)
    throw new TypeError('A verified activation has no verdict');
  const price = priceOf(settings.prices, digaVeId, serviceDay);
  if (price === undefined) {
    logger.error(
      { event: 'gkv.price.missing', digaVeId, serviceDay },
      'The price table has no such unit',
    );
  }
  const duration = price?.durationDays ?? settings.fallbackDurationDays;
  const granted = await accounts.transaction(async (tx) => {
    await lockPatient(tx, patient);
    const lastDay = await redemptions.lastDay(tx, patient, settings.digaId);
    return redemptions.grant(tx, id, {
      digaVeId,
      ...entitlementPeriod(serviceDay, duration, lastDay),
    });
  });
  return granted ?? redemptions.read(id);
}

async function activate(
  options: SettleOptions,
  redemption: Redemption,
): Promise<Redemption | undefined> {
  const { redemptions, repository, settings, audit } = options;
  const { id, coverageId, patient, digaVeId, periodStart, periodEnd, insurerIk, insurerName } =
    redemption;
  if (digaVeId === null || periodStart === null || periodEnd === null) {
    throw new TypeError('A granted redemption has no period');
  }
  const { digaName } = settings;
  const entitlement = {
    coverageId,
    patient,
    digaVeId,
    digaName,
    periodStart,
    periodEnd,
    insurerIk,
    insurerName,
  };
  await repository.update(coverageOf(entitlement));
  await audit(eventOf(redemption, 'success', 'Activation code redeemed'));
  return (await redemptions.activate(id)) ?? redemptions.read(id);
}

function eventOf(
  { patient }: Redemption,
  outcome: SecurityEvent['outcome'],
  description: string,
): SecurityEvent {
  return { type: '110100', outcome, agent: patient, patient, description };
}
