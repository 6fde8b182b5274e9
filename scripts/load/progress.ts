import type { LoadReport } from './load-paths.ts';

const EVERY = 100;

/** A line that is written over and over on a terminal, and nothing anywhere else. */
export function progressLine(
  output: { readonly isTTY?: boolean; write(text: string): unknown },
  now: () => number,
): { show(report: Readonly<LoadReport>): void; clear(): void } {
  const started = now();
  let shown = started;
  return {
    show({ files, created, updated, refused }) {
      if (output.isTTY !== true || now() - shown < EVERY) return;
      shown = now();
      const stored = created + updated;
      const rate = (stored / (shown - started)) * 1000;
      output.write(
        `\r\u001b[K${files} files, ${stored} stored, ${refused.length} refused, ${rate.toFixed(0)}/s`,
      );
    },
    clear() {
      if (output.isTTY === true) output.write('\r\u001b[K');
    },
  };
}
