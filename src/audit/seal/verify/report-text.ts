import type { Fault, Report } from './finding.ts';
import type { TrustedKeys } from './statements.ts';

/** A report for people. */
export function reportText(report: Report, trusted: TrustedKeys): string {
  const { faults, faultCount, notices } = report;
  const lines = [
    report.sound
      ? 'The ledger is sound.'
      : `The ledger is NOT sound: ${String(faultCount)} ${faultCount === 1 ? 'fault' : 'faults'}.`,
    '',
    `  leaves       ${String(report.leaves)}`,
    `  checkpoints  ${String(report.checkpoints)}`,
    `  witnessed    ${String(report.witnessed)}`,
    `  retired      ${String(report.retired)}`,
    `  unsealed     ${String(report.unsealed)}`,
    `  root         ${report.root}`,
    ...(trusted === 'any'
      ? [
          '',
          'Keys were taken from the ledger itself. Name yours with --trust to notice a forged one.',
        ]
      : []),
    ...(faults.length === 0 ? [] : ['', ...faults.map(line)]),
    ...(faultCount > faults.length ? [`… and ${String(faultCount - faults.length)} more`] : []),
    ...(notices.length === 0 ? [] : ['', ...notices.map((notice) => `note: ${notice}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

function line({ kind, seq, leaves, text }: Fault): string {
  const row = seq === undefined ? '' : ` row ${String(seq)}`;
  const place =
    leaves === undefined
      ? ''
      : leaves[1] - leaves[0] === 1
        ? ` leaf ${String(leaves[0])}`
        : ` leaves ${String(leaves[0])} to ${String(leaves[1] - 1)}`;
  return `${kind}${row}${place}: ${text}`;
}
