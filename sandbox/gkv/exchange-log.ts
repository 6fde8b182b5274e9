/** One message that arrived, as tests and users look at it. */
export interface Exchange {
  /** ISO 8601. */
  readonly at: string;
  readonly path: string;
  readonly verfahren?: string;
  readonly iksender?: string;
  readonly ikempfaenger?: string;
  readonly freischaltcode?: string;
  readonly invoiceNumber?: string;
  /** `ANT`, `FEH 102`, `ACCEPT`, `REJECT`, or `HTTP 400`. */
  readonly result: string;
  /** Codes of findings, refusals and faults. */
  readonly details: readonly string[];
}

const MAX_ENTRIES = 10_000;

/** The latest messages, in memory. */
export class ExchangeLog {
  readonly #entries: Exchange[] = [];

  add(exchange: Exchange): void {
    this.#entries.push(exchange);
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift();
  }

  entries(): readonly Exchange[] {
    return [...this.#entries];
  }

  /** Number of messages by Freischaltcode. */
  countByCode(): Readonly<Record<string, number>> {
    const counts = new Map<string, number>();
    for (const { freischaltcode } of this.#entries) {
      if (freischaltcode !== undefined) {
        counts.set(freischaltcode, (counts.get(freischaltcode) ?? 0) + 1);
      }
    }
    return Object.fromEntries(counts);
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
