import type { Clock } from '../../src/clock.ts';
import type { CodeLedger } from './codes/code-ledger.ts';
import type { ExchangeLog } from './exchange-log.ts';
import type { Faults } from './faults.ts';
import type { TestPki } from './pki/test-pki.ts';
import type { Validators } from './validation/validators.ts';

/** Receives what happens; facts never hold a Freischaltcode or a document. */
export type SandboxLog = (
  event: string,
  facts: Readonly<Record<string, string | number | boolean>>,
) => void;

/** Everything that a route may need. */
export interface SandboxState {
  readonly clock: Clock;
  readonly log: SandboxLog;
  /** Ready when the keys are. */
  readonly pki: Promise<TestPki>;
  readonly ledger: CodeLedger;
  readonly faults: Faults;
  readonly exchanges: ExchangeLog;
  readonly validators: Validators;
  /** Payees accepted beside the manufacturer itself. */
  readonly payeeIks: readonly string[];
  /** Host and port for the directory; known once the server listens. */
  readonly authority: () => string;
}
