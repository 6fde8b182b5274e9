import {
  buildPruefungAnfrage,
  classifyFehlernummer,
  type Kostentraeger,
  type PruefungVerfahren,
  readPruefungAntwort,
} from '../../../lib/gkv/index.ts';
import { postDiga } from '../../../lib/gkv-transport/index.ts';
import { currentCertificate, decryptAndVerify, signAndEncrypt } from '../../../lib/secon/index.ts';
import type { Clock, Database, SqlClient } from '../../../src/plugin/sdk.ts';
import type { Insurers } from '../directory/insurer-directory.ts';
import type { Manufacturer } from '../keys/manufacturer.ts';
import type { GkvSettings } from '../settings.ts';
import { type ExchangeFailure, exchangeFailure } from './exchange-failure.ts';
import type { ExchangeBytes, ExchangeLog } from './exchange-log.ts';

/** What the insurer decided. */
export type Verdict =
  | { readonly kind: 'valid'; readonly digaVeId: string; readonly serviceDay: string }
  | { readonly kind: 'refused'; readonly errorNumber: number; readonly alarm: boolean }
  | ({ readonly kind: 'failed' } & ExchangeFailure);

/** A verdict with the note that belongs on the protocol in the transaction that draws its conclusion. */
export interface Answer {
  readonly verdict: Verdict;
  readonly record: (tx: SqlClient) => Promise<void>;
}

/** The code to verify. */
export interface Question {
  readonly billingId: string;
  readonly code: string;
  readonly verfahren: PruefungVerfahren;
  readonly kostentraeger: Kostentraeger;
}

/** What an exchange works with. */
export interface AskInsurerOptions {
  readonly billing: Database;
  readonly log: ExchangeLog;
  readonly settings: GkvSettings;
  readonly clock: Clock;
}

/**
 * Asks the insurer whether a code is good: `Pruefung_Freischaltcode` as SECON message, over the interface of its clearing
 * point. The request is on record before it leaves.
 * @see GKV-SV Richtlinie nach § 302 Abs. 2 SGB V für DiGA, Technische Anlage 1
 */
export async function askInsurer(
  { billing, log, settings, clock }: AskInsurerOptions,
  { billingId, code, verfahren, kostentraeger }: Question,
  insurers: Insurers,
  manufacturer: Manufacturer,
): Promise<Answer> {
  const ikStelle = kostentraeger.ikAbrechnungsstelle;
  const recipient = currentCertificate(insurers.certificates, ikStelle, clock.now());
  if (recipient === undefined) return unsent('GKV_INSURER_CERTIFICATE_MISSING', true);
  const own = manufacturer.identity.certificate;
  if (clock.now() > own.notAfter || clock.now() < own.notBefore)
    return unsent('GKV_OWN_CERTIFICATE', true);
  const anfrage = {
    verfahrenskennung: verfahren,
    ikDiGAHersteller: manufacturer.ik,
    ikKrankenkasse: kostentraeger.kostentraegerkennung,
    digaId: settings.digaId,
    freischaltcode: code,
  };
  const xml = buildPruefungAnfrage(anfrage);
  const cms = await signAndEncrypt(xml, {
    identity: manufacturer.identity,
    recipient,
    signingTime: clock.now(),
  });
  const subject = { billingId, verfahren, ikHersteller: manufacturer.ik, ikStelle };
  const exchange = await log.request(billing, subject, { cms, xml });
  let received: ExchangeBytes = {};
  try {
    const { nutzdaten } = await postDiga({
      endpoint: kostentraeger.endpunkt,
      iksender: manufacturer.ik,
      ikempfaenger: ikStelle,
      verfahren,
      nutzdaten: cms,
      allowLoopbackHttp: settings.allowLoopbackHttp,
      tls: manufacturer.tls,
      limits: {
        connectTimeout: settings.timeouts.connectMs,
        totalTimeout: settings.timeouts.totalMs,
        maxResponseBytes: 1024 * 1024,
      },
    });
    received = { cms: nutzdaten };
    const { content } = await decryptAndVerify(nutzdaten, {
      identities: manufacturer.identities,
      trustAnchors: manufacturer.trustAnchors,
      knownCertificates: insurers.certificates.certificates,
      expectedSigner: { ik: ikStelle, certificateList: insurers.certificates },
      now: clock.now(),
    });
    received = { cms: nutzdaten, xml: content };
    const ergebnis = readPruefungAntwort(content, anfrage);
    const verdict = verdictOf(ergebnis);
    const mark = verdict.kind === 'valid' ? 'fehlerfrei' : 'fehlerhaft';
    return { verdict, record: (tx) => exchange.response(tx, received, mark) };
  } catch (error) {
    const failure = exchangeFailure(error);
    if (failure === undefined) throw error;
    return {
      verdict: { kind: 'failed', ...failure },
      record: (tx) =>
        received.cms === undefined
          ? exchange.failure(tx, failure.reason, received)
          : exchange.response(tx, received, 'fehlerhaft', failure.reason),
    };
  }
}

function verdictOf(ergebnis: ReturnType<typeof readPruefungAntwort>): Verdict {
  if (ergebnis.gueltig) {
    const { digaVeId, tagDerLeistungserbringung } = ergebnis.antwort;
    return { kind: 'valid', digaVeId, serviceDay: tagDerLeistungserbringung };
  }
  const { klasse, manualReview } = ergebnis.urteil;
  const { fehler } = ergebnis.nachricht;
  const decisive = fehler.find((one) => classifyFehlernummer(one.fehlernummer).klasse === klasse);
  const errorNumber = decisive?.fehlernummer ?? 0;
  if (klasse === 'retry') {
    return {
      kind: 'failed',
      error: 'GKV_INSURER_FAULT',
      reason: `FEH_${errorNumber}`,
      retryable: true,
    };
  }
  return { kind: 'refused', errorNumber, alarm: klasse === 'ours' || manualReview };
}

function unsent(
  error: 'GKV_INSURER_CERTIFICATE_MISSING' | 'GKV_OWN_CERTIFICATE',
  retryable: boolean,
): Answer {
  return {
    verdict: { kind: 'failed', error, reason: error, retryable },
    record: () => Promise.resolve(),
  };
}
