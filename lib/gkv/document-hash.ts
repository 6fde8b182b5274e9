import { createHash } from 'node:crypto';
import type { KositReport } from './kosit-report.ts';

/** Whether a report is about the document that was sent; `unknown` when it states no SHA-256 hash. */
export type DocumentHashMatch = 'match' | 'mismatch' | 'unknown';

/**
 * Compares the hash in a report with the bytes that were sent. A match proves that the receipt belongs to the invoice; a
 * mismatch is worth a warning only, an insurer may have re-coded the document before checking it.
 */
export function matchDocumentHash(report: KositReport, sent: Uint8Array): DocumentHashMatch {
  const hash = report.documentHash;
  if (hash === undefined || !/^sha-?256$/i.test(hash.algorithm)) return 'unknown';
  const expected = createHash('sha256').update(sent).digest('base64');
  return hash.value === expected ? 'match' : 'mismatch';
}
