import { join } from 'node:path';
import { readIfThere, writePrivately } from '../pki/key-file.ts';

/** A Freischaltcode that the sandbox issued. */
export interface IssuedCode {
  readonly code: string;
  readonly kostentraegerkuerzel: string;
  readonly digaVeId: string;
  readonly state: 'valid' | 'expired' | 'cancelled';
  /** Day of the first successful verification, `YYYY-MM-DD`. */
  readonly redeemedOn?: string;
  /** IK of the manufacturer that verified it. */
  readonly redeemedBy?: string;
}

/** An invoice that the sandbox has accepted. */
export interface AcceptedInvoice {
  readonly number: string;
  /** IK of the sender. */
  readonly sender: string;
  /** SHA-256 of the document, base64. */
  readonly hash: string;
  readonly code: string;
  /** Report XML, base64. */
  readonly report: string;
}

interface LedgerContent {
  readonly codes: readonly IssuedCode[];
  readonly invoices: readonly AcceptedInvoice[];
}

/** Codes and invoices of the sandbox's insurers, kept in one JSON file over restarts. */
export class CodeLedger {
  readonly #path: string;
  readonly #codes = new Map<string, IssuedCode>();
  readonly #invoices: AcceptedInvoice[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, content: LedgerContent) {
    this.#path = path;
    for (const code of content.codes) this.#codes.set(code.code, code);
    this.#invoices.push(...content.invoices);
  }

  /** Opens the ledger of a data directory. */
  static async open(dataDirectory: string): Promise<CodeLedger> {
    const path = join(dataDirectory, 'ledger.json');
    const stored = await readIfThere(path);
    const content: LedgerContent =
      stored === undefined ? { codes: [], invoices: [] } : (JSON.parse(stored) as LedgerContent);
    return new CodeLedger(path, content);
  }

  code(code: string): IssuedCode | undefined {
    return this.#codes.get(code);
  }

  /** Adds or replaces a code. */
  async putCode(code: IssuedCode): Promise<void> {
    this.#codes.set(code.code, code);
    await this.#write();
  }

  /** The accepted invoice of this sender and number. */
  invoice(sender: string, number: string): AcceptedInvoice | undefined {
    return this.#invoices.find((invoice) => invoice.sender === sender && invoice.number === number);
  }

  /** Accepted invoices over a code. */
  invoicesFor(code: string): readonly AcceptedInvoice[] {
    return this.#invoices.filter((invoice) => invoice.code === code);
  }

  async putInvoice(invoice: AcceptedInvoice): Promise<void> {
    this.#invoices.push(invoice);
    await this.#write();
  }

  #write(): Promise<void> {
    const write = async (): Promise<void> => {
      const content: LedgerContent = {
        codes: [...this.#codes.values()],
        invoices: this.#invoices,
      };
      await writePrivately(this.#path, JSON.stringify(content, null, 1));
    };
    // One after the other, also after a failure, which reaches whoever waits for that write.
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }
}
