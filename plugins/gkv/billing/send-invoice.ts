import type { Kostentraeger } from '../../../lib/gkv/index.ts';
import { certificatesOf, currentCertificate } from '../../../lib/secon/index.ts';
import type { Insurers } from '../directory/insurer-directory.ts';
import type { ExchangeLog } from '../exchange/exchange-log.ts';
import { pauseAfter } from '../exchange/repetition.ts';
import { type Manufacturer, pemOf } from '../keys/manufacturer.ts';
import { type BillOptions, enqueueBilling } from './bill-activation.ts';
import { type BotFailure, isFailure } from './billing-bot.ts';
import { invoiceContext, type StoredInvoice } from './invoice-store.ts';

/** What sending works with. */
export interface SendInvoiceOptions extends Omit<BillOptions, 'send'> {
  readonly log: ExchangeLog;
  readonly claimMs: number;
}

/**
 * Makes one attempt to send an invoice and reads the insurer's report. Request, answer and decision are on record; what
 * fails for a while is repeated with the pauses of the interface, then a person takes over.
 */
export async function sendInvoice(
  options: SendInvoiceOptions,
  invoice: StoredInvoice,
  kostentraeger: Kostentraeger,
): Promise<void> {
  const { invoices, clock, claimMs, jobs, billing, directory, manufacturer } = options;
  const now = clock.now();
  const claimed = await invoices.claim(invoice.number, now, now + claimMs);
  if (claimed === undefined) {
    const until = Math.max(invoice.claimedUntil?.getTime() ?? 0, now) + 1_000;
    await enqueueBilling(jobs, billing, invoice.billingId, until);
    return;
  }
  await exchange(options, claimed, kostentraeger, await directory.current(), await manufacturer());
}

async function exchange(
  options: SendInvoiceOptions,
  invoice: StoredInvoice,
  kostentraeger: Kostentraeger,
  { certificates }: Insurers,
  own: Manufacturer,
): Promise<void> {
  const { bot, seal, log, billing, invoices, settings, clock, logger } = options;
  const { number, billingId } = invoice;
  const ikStelle = kostentraeger.ikAbrechnungsstelle;
  const recipient = currentCertificate(certificates, ikStelle, clock.now());
  if (recipient === undefined) {
    return repeatLater(options, invoice, {
      failed: 'INSURER_CERTIFICATE_MISSING',
      retryable: true,
    });
  }
  const xml = seal.open(invoice.xmlSealed, invoiceContext(number));
  const sealed = await bot.seal({
    xml: xml.toString('base64'),
    identity: pemOf(own.identity),
    recipient: recipient.x509.toString(),
    now: clock.now(),
  });
  if (isFailure(sealed)) return repeatLater(options, invoice, sealed);
  const subject = {
    billingId,
    invoiceNumber: number,
    verfahren: 'EDRE0' as const,
    ikHersteller: own.ik,
    ikStelle,
  };
  const record = await log.request(billing, subject, {
    cms: Buffer.from(sealed.cms, 'base64'),
    xml,
  });
  const answer = await bot.send({
    cms: sealed.cms,
    xml: xml.toString('base64'),
    endpoint: kostentraeger.endpunkt,
    ikHersteller: own.ik,
    ikStelle,
    verfahren: 'EDRE0',
    identities: own.identities.map(pemOf),
    trustAnchors: own.trustAnchors.map(({ x509 }) => x509.toString()).join(''),
    knownCertificates: certificatesOf(certificates, ikStelle)
      .map(({ x509 }) => x509.toString())
      .join(''),
    allowLoopbackHttp: settings.allowLoopbackHttp,
    tls: own.tls,
    connectMs: settings.timeouts.connectMs,
    totalMs: settings.timeouts.totalMs,
    now: clock.now(),
  });
  if (isFailure(answer)) {
    const cms = answer.cms === undefined ? undefined : Buffer.from(answer.cms, 'base64');
    await billing.transaction(async (tx) => {
      if (cms === undefined) await record.failure(tx, answer.failed, {});
      else await record.response(tx, { cms }, 'fehlerhaft', answer.failed);
      await scheduleRepetition(options, tx, invoice, answer);
    });
    return;
  }
  const { accepted, recommendation, documentHash, messages, warnings } = answer;
  await billing.transaction(async (tx) => {
    const bytes = {
      cms: Buffer.from(answer.cms, 'base64'),
      xml: Buffer.from(answer.xml, 'base64'),
    };
    await record.response(tx, bytes, accepted ? 'fehlerfrei' : 'fehlerhaft');
    const report = { recommendation, documentHash, messages, warnings };
    await invoices.decide(tx, number, accepted ? 'ACCEPTED' : 'REJECTED', report, clock.now());
  });
  const facts = {
    event: accepted ? 'gkv.invoice.accepted' : 'gkv.invoice.rejected',
    number,
    messages,
  };
  if (accepted) logger.info(facts, 'An invoice was accepted');
  else logger.error(facts, 'An invoice was rejected');
}

function repeatLater(
  options: SendInvoiceOptions,
  invoice: StoredInvoice,
  failure: BotFailure,
): Promise<void> {
  return options.billing.transaction((tx) => scheduleRepetition(options, tx, invoice, failure));
}

async function scheduleRepetition(
  { invoices, jobs, clock, settings, logger }: SendInvoiceOptions,
  tx: Parameters<InvoiceFailed>[0],
  { number, billingId, attempts }: StoredInvoice,
  { failed, retryable }: BotFailure,
): Promise<void> {
  const pause = retryable ? pauseAfter(attempts, settings.retryMs) : undefined;
  await invoices.failed(tx, number, failed, pause === undefined ? 'MANUAL' : 'CREATED');
  const facts = { event: 'gkv.invoice.failed', number, attempt: attempts, reason: failed };
  if (pause === undefined) {
    logger.error(facts, 'An invoice needs a person');
  } else {
    await enqueueBilling(jobs, tx, billingId, clock.now() + pause);
    logger.warn(facts, 'An invoice was not sent');
  }
}

type InvoiceFailed = BillOptions['invoices']['failed'];
