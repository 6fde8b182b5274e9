import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import {
  buyerFromVerzeichnis,
  type DigaInvoice,
  findKostentraeger,
  germanCalendarDay,
  invoiceNumberOf,
  type Kostentraeger,
} from '../../../lib/gkv/index.ts';
import type { Clock, Database, JobQueue } from '../../../src/plugin/sdk.ts';
import type { InsurerDirectory } from '../directory/insurer-directory.ts';
import type { ArchiveSeal } from '../keys/archive-seal.ts';
import type { Manufacturer, ManufacturerSource } from '../keys/manufacturer.ts';
import type { GkvSettings } from '../settings.ts';
import type { Activation, ActivationStore } from '../verification/activation-store.ts';
import { codeContext } from '../verification/verify-code.ts';
import { type BillingBot, isFailure } from './billing-bot.ts';
import { invoiceContext, type InvoiceStore, type StoredInvoice } from './invoice-store.ts';
import { priceOf, vatOf } from './price-table.ts';

/** What billing works with. */
export interface BillOptions {
  readonly billing: Database;
  readonly activations: ActivationStore;
  readonly invoices: InvoiceStore;
  readonly bot: BillingBot;
  readonly seal: ArchiveSeal;
  readonly directory: InsurerDirectory;
  readonly manufacturer: ManufacturerSource;
  readonly settings: GkvSettings;
  readonly jobs: JobQueue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly send: (invoice: StoredInvoice, kostentraeger: Kostentraeger) => Promise<void>;
}

const HOUR = 3_600_000;
const NUMBER_DIGITS = 10;

/**
 * Bills a verified activation: builds the invoice once, writes it down, then sends it until the insurer has decided. Number
 * and bytes are the same in every repetition, so that a code is billed once at most.
 */
export async function billActivation(options: BillOptions, billingId: string): Promise<void> {
  const { activations, invoices, directory, clock, logger, billing, jobs } = options;
  const activation = await activations.read(billingId);
  if (activation?.state !== 'VERIFIED' || activation.verfahren !== 'EDFC0') return;
  const insurers = await directory.current();
  const day = germanCalendarDay(clock.now());
  const found = findKostentraeger(insurers.eintraege, activation.kostentraegerkuerzel, day);
  const reason = found.found
    ? await ensureInvoice(options, activation, found.kostentraeger)
    : `INSURER_${found.grund}`;
  if (reason !== undefined) {
    logger.error({ event: 'gkv.invoice.impossible', billingId, reason }, 'There is no invoice yet');
    await activations.unbilled(billingId, reason);
    await enqueueBilling(jobs, billing, billingId, clock.now() + HOUR);
    return;
  }
  const invoice = await invoices.of(billingId);
  if (found.found && invoice?.state === 'CREATED') await options.send(invoice, found.kostentraeger);
}

/** Enqueues the billing of an activation; one job per activation waits at most. */
export function enqueueBilling(
  jobs: JobQueue,
  tx: Database | Parameters<JobQueue['enqueue']>[0],
  billingId: string,
  at: number,
): Promise<void> {
  return jobs.enqueue(tx, 'bill', { billingId }, { key: billingId, runAt: new Date(at) });
}

/** @returns why there can be none at the moment */
async function ensureInvoice(
  options: BillOptions,
  activation: Activation,
  kostentraeger: Kostentraeger,
): Promise<string | undefined> {
  const { invoices, settings, bot, seal, clock, manufacturer } = options;
  const { billingId, digaVeId, serviceDay, codeSealed } = activation;
  if ((await invoices.of(billingId)) !== undefined) return undefined;
  if (digaVeId === null || serviceDay === null || codeSealed === null) return 'NOT_VERIFIED';
  const price = priceOf(settings.prices, digaVeId, serviceDay);
  if (price === undefined) return 'PRICE_MISSING';
  const own = await manufacturer();
  const code = seal.open(codeSealed, codeContext(billingId)).toString('latin1');
  const number = invoiceNumberOf(
    { prefix: settings.invoiceNumberPrefix, digits: NUMBER_DIGITS },
    await invoices.nextNumber(),
  );
  const invoice: DigaInvoice = {
    number,
    issueDate: germanCalendarDay(clock.now()),
    ...parties(settings, own, kostentraeger),
    item: { digaVeId, freischaltcode: code, name: settings.digaName },
    tagDerLeistungserbringung: serviceDay,
    netCents: price.netCents,
    vat: vatOf(price),
  };
  const built = await bot.build(invoice);
  if (isFailure(built)) return built.failed;
  const xml = Buffer.from(built.xml, 'base64');
  await invoices.insert(
    {
      number,
      billingId,
      // Versandart 2 is e-mail and 3 post: such an invoice is written here and sent by a person.
      state: kostentraeger.versandart === 1 ? 'CREATED' : 'MANUAL',
      issueDate: invoice.issueDate,
      buyerIk: invoice.buyer.ik,
      netCents: price.netCents,
      xmlSealed: seal.seal(xml, invoiceContext(number)),
      sha256: createHash('sha256').update(xml).digest(),
    },
    clock.now(),
  );
  return undefined;
}

function parties(
  settings: GkvSettings,
  own: Manufacturer,
  kostentraeger: Kostentraeger,
): Pick<DigaInvoice, 'seller' | 'buyer' | 'payee'> {
  const { name, contact, vatId, address } = settings.seller;
  const { postCode, line, city, country } = address;
  return {
    seller: {
      ik: own.ik,
      name,
      contact,
      vatId,
      address: { postCode, city, country, ...(line === undefined ? {} : { line }) },
    },
    buyer: buyerFromVerzeichnis(kostentraeger, { ik: settings.buyerIk }),
    payee: settings.payee ?? { ik: own.ik, name },
  };
}
