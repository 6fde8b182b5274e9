import type { StockLoss } from '../../src/access/stock/stock-loss.ts';
import type { Step } from './step.ts';

const MARKS = {
  create: '+',
  update: '~',
  deploy: '~',
  keep: '=',
  left: '?',
  conflict: '✗',
} as const;
const LEVELS = { 'left-out': '✗ left out:', weaker: '≠ weaker:', needs: '→ needs:' } as const;

/** `~ update   AccessPolicy "Patient": resource` */
export function stepLine({ action, what, why }: Step): string {
  return `${MARKS[action]} ${action.padEnd(8)} ${what}${why === undefined ? '' : `: ${why}`}`;
}

/** What the server cannot enforce, by thing. A reason that holds for several entries is told once, with all their indexes. */
export function lossLines(losses: ReadonlyMap<string, readonly StockLoss[]>): string {
  const lines = ['', 'What a stock Medplum server cannot enforce:'];
  for (const [name, lost] of losses) {
    if (lost.length === 0) continue;
    lines.push(`  ${name}`);
    for (const [reason, same] of Map.groupBy(
      lost,
      ({ level, text }) => `${LEVELS[level]} ${text}`,
    )) {
      const paths = same.flatMap(({ path, title }) =>
        path === undefined ? [] : [title === undefined ? path : `${path} ${title}`],
      );
      lines.push(
        `    ${reason}${paths.length === 0 ? '' : `:\n        ${paths.join('\n        ')}`}`,
      );
    }
  }
  return `${lines.join('\n')}\n\n`;
}
