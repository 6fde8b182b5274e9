import { randomUUID } from 'node:crypto';
import { germanLocalTime, type Verfahren } from '../../../lib/gkv/index.ts';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import type { ArchiveSeal } from '../keys/archive-seal.ts';

/** What an exchange is about and between whom. */
export interface ExchangeSubject {
  readonly billingId: string;
  readonly invoiceNumber?: string;
  readonly verfahren: Verfahren;
  readonly ikHersteller: string;
  /** IK of the clearing point. */
  readonly ikStelle: string;
}

/** Bytes of a message, as far as there are any. */
export interface ExchangeBytes {
  readonly cms?: Uint8Array;
  readonly xml?: Uint8Array;
}

/** One exchange whose request is on record. */
export interface OpenExchange {
  /** @param tx in the transaction that draws the conclusion, so that both are there or none */
  response(
    tx: SqlClient,
    bytes: ExchangeBytes,
    mark: 'fehlerfrei' | 'fehlerhaft',
    failure?: string,
  ): Promise<void>;
  failure(tx: SqlClient, failure: string, bytes: ExchangeBytes): Promise<void>;
}

/** The protocol of all exchanges with insurers. */
export interface ExchangeLog {
  /** Writes the request down before it is sent. */
  request(tx: SqlClient, subject: ExchangeSubject, bytes: ExchangeBytes): Promise<OpenExchange>;
}

const INSERT = `
  insert into gkv_exchange (exchange_id, billing_id, invoice_number, direction, ik_absender, ik_empfaenger, local_time,
    verfahren, processing_mark, failure, cms_sealed, xml_sealed)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;

/** Place that a sealed message is bound to. */
export function exchangeContext(
  exchangeId: string,
  direction: string,
  part: 'cms' | 'xml',
): string {
  return `gkv_exchange/${exchangeId}/${direction}/${part}`;
}

/**
 * Writes the communication log that the interface demands: both IKs, German local time, procedure, processing mark, and
 * the messages byte for byte, sealed because they carry the code. Also an insurer's garbage is sealed: nobody knows what
 * it quotes.
 * @see Technische Anlage 1 to the Richtlinie nach § 302 Abs. 2 SGB V DiGA, section 4.4
 */
export function exchangeLog(seal: ArchiveSeal, clock: Clock): ExchangeLog {
  return {
    async request(tx, subject, bytes) {
      const exchangeId = randomUUID();
      const write = async (
        client: SqlClient,
        direction: 'REQUEST' | 'RESPONSE' | 'FAILURE',
        content: ExchangeBytes,
        mark: string,
        failure?: string,
      ): Promise<void> => {
        const { billingId, invoiceNumber, verfahren, ikHersteller, ikStelle } = subject;
        const iks = direction === 'REQUEST' ? [ikHersteller, ikStelle] : [ikStelle, ikHersteller];
        const sealed = (part: 'cms' | 'xml'): Buffer | null => {
          const value = content[part];
          return value === undefined
            ? null
            : seal.seal(value, exchangeContext(exchangeId, direction, part));
        };
        await client.query({
          text: INSERT,
          values: [
            exchangeId,
            billingId,
            invoiceNumber ?? null,
            direction,
            ...iks,
            germanLocalTime(clock.now()),
            verfahren,
            mark,
            failure ?? null,
            sealed('cms'),
            sealed('xml'),
          ],
        });
      };
      await write(tx, 'REQUEST', bytes, 'fehlerfrei');
      return {
        response: (client, content, mark, failure) =>
          write(client, 'RESPONSE', content, mark, failure),
        failure: (client, failure, content) =>
          write(client, 'FAILURE', content, 'fehlerhaft', failure),
      };
    },
  };
}
