import type { OperationCall, OperationResult, PluginHost } from '../../src/plugin/sdk.ts';
import { billActivation, enqueueBilling } from './billing/bill-activation.ts';
import { billingBot } from './billing/billing-bot.ts';
import { billingStatus } from './billing/billing-status.ts';
import { invoiceStore } from './billing/invoice-store.ts';
import { sendInvoice } from './billing/send-invoice.ts';
import type { GkvConfig } from './config.ts';
import { directoryStore } from './directory/directory-store.ts';
import { download } from './directory/download.ts';
import { insurerDirectory } from './directory/insurer-directory.ts';
import { gkvError } from './errors.ts';
import { exchangeLog } from './exchange/exchange-log.ts';
import { archiveSeal } from './keys/archive-seal.ts';
import { keyedDigest } from './keys/code-digest.ts';
import { loadKeys } from './keys/key-files.ts';
import { manufacturerSource } from './keys/manufacturer.ts';
import { demandSamePepper } from './keys/same-pepper.ts';
import { readJobId } from './job-payload.ts';
import { redeemActivationCode } from './redemption/redeem-operation.ts';
import { redemptionStore } from './redemption/redemption-store.ts';
import { enqueueSettling, settleRedemption } from './redemption/settle-redemption.ts';
import { type GkvSettings, resolveSettings } from './settings.ts';
import { unfinishedWork } from './unfinished-work.ts';
import { activationStore } from './verification/activation-store.ts';
import { enqueueVerification, verifyCode } from './verification/verify-code.ts';

const DOWNLOAD = { maxBytes: 64 * 1024 * 1024, timeout: 60_000 };
/** Beyond the exchange itself: decryption, two transactions. */
const CLAIM_MARGIN = 5_000;
/** A bot run begins with a new thread. */
const BOT_MARGIN = 30_000;
const SETTLE_AGAIN = 30_000;

/**
 * Composes the plugin.
 * @throws FhirError `GKV_CONFIG_INCOMPLETE`, `GKV_KEYS_INVALID`, `GKV_KEYS_CHANGED`, `GKV_IDENTITY_INVALID`
 */
export async function registerGkv(host: PluginHost<GkvConfig>): Promise<void> {
  const { config, mode, log, sandbox } = host;
  const settings = resolveSettings(config, mode, sandbox);
  if (settings === undefined) {
    log.warn({ event: 'gkv.not-configured' }, 'There is no connection to the insurers');
    registerOperations(host, () => Promise.reject(gkvError('GKV_NOT_CONFIGURED')));
    return;
  }
  const keys = await loadKeys(config.keys, host.dataDirectory);
  await demandSamePepper(host.database('billing'), keys.billing.pepper);
  await compose(host, settings, keys);
}

async function compose(
  host: PluginHost<GkvConfig>,
  settings: GkvSettings,
  keys: Awaited<ReturnType<typeof loadKeys>>,
): Promise<void> {
  const { clock, log: logger, mode, repository } = host;
  const accounts = host.database('accounts');
  const billing = host.database('billing');
  const accountsJobs = host.jobs('accounts');
  const jobs = host.jobs('billing');
  const audit: typeof host.audit = (event) => host.audit(event);
  const manufacturer = manufacturerSource(settings, mode);
  if (mode === 'production') await manufacturer();

  const seal = archiveSeal(keys.billing.sealing);
  const codeDigest = keyedDigest(keys.billing.pepper, 'gkv activation code');
  const billingTag = keyedDigest(keys.accounts.pepper, 'gkv billing id');
  const activations = activationStore(billing);
  const redemptions = redemptionStore(accounts);
  const invoices = invoiceStore(billing);
  const protocol = exchangeLog(seal, clock);
  const { allowLoopbackHttp, allowTestCodes, testInsurer, refreshHours, redeemPerHour } = settings;
  const { totalMs, answerMs } = settings.timeouts;
  const tls = { allowPkcs1Signatures: settings.tls.allowPkcs1Signatures };
  const directory = insurerDirectory({
    store: directoryStore(billing),
    sources: { verzeichnis: settings.directory, zertifikate: settings.certificateList },
    fetch: (source) => download(source, { ...DOWNLOAD, tls, allowLoopbackHttp }),
    clock,
    log: logger,
    refreshHours,
  });
  const claimMs = totalMs + CLAIM_MARGIN;
  const shared = {
    accounts,
    billing,
    activations,
    redemptions,
    invoices,
    seal,
    directory,
    manufacturer,
    settings,
    clock,
    logger,
  };
  const underWay = unfinishedWork(logger);

  const settle = (id: string) => settleRedemption({ ...shared, repository, audit }, id);
  const verify = (id: string) => verifyCode({ ...shared, log: protocol, jobs, claimMs }, id);
  const billOptions = {
    ...shared,
    jobs,
    bot: billingBot((name, input) => host.executeBot(name, input)),
  };

  jobs.handle('verify', async (payload) => {
    const billingId = readJobId(payload, 'billingId');
    await verify(billingId);
    const redemption = await redemptions.byTag(billingTag(billingId));
    if (redemption !== undefined) await settle(redemption.id);
  });
  jobs.handle('bill', (payload) =>
    billActivation(
      {
        ...billOptions,
        send: (invoice, kostentraeger) =>
          sendInvoice(
            { ...billOptions, log: protocol, claimMs: claimMs + BOT_MARGIN },
            invoice,
            kostentraeger,
          ),
      },
      readJobId(payload, 'billingId'),
    ),
  );
  accountsJobs.handle('settle', async (payload) => {
    const id = readJobId(payload, 'redemptionId');
    const redemption = await settle(id);
    if (redemption?.state === 'PENDING') {
      await enqueueSettling(accountsJobs, accounts, id, clock.now() + SETTLE_AGAIN);
    }
  });

  registerOperations(host, (call) =>
    redeemActivationCode(
      {
        ...shared,
        accountsJobs,
        billingJobs: jobs,
        codeDigest,
        billingTag,
        verify,
        settle,
        audit,
        allowTestCodes,
        testInsurer,
        redeemPerHour,
        claimMs,
        answerMs,
        background: underWay.add,
      },
      call,
    ),
  );
  host.onReady(async () => {
    underWay.add(directory.refresh());
    const now = clock.now();
    for (const { id } of await redemptions.open())
      await enqueueSettling(accountsJobs, accounts, id, now + claimMs);
    for (const { billingId, state } of await activations.open()) {
      if (state === 'VERIFYING') await enqueueVerification(jobs, billing, billingId, now + claimMs);
      else await enqueueBilling(jobs, billing, billingId, now);
    }
  });
  host.onClose(() => underWay.done());
}

function registerOperations(
  host: PluginHost<GkvConfig>,
  redeem: (call: OperationCall) => Promise<OperationResult>,
): void {
  host.operation({
    name: 'redeem-activation-code',
    level: 'system',
    documentation:
      'Verifies an activation code with the insurer and opens the entitlement of the calling patient.',
    handle: redeem,
  });
  host.operation({
    name: 'gkv-billing-status',
    level: 'system',
    get: true,
    documentation:
      'Activations and invoices with their states, without codes, patients or documents.',
    handle: ({ parameters }) => billingStatus(host.database('billing'), parameters),
  });
}
