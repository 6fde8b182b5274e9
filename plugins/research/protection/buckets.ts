/** How values are coarsened before anything is computed from them; the same for everybody who asks. */
export interface Buckets {
  /** Lowest value that is told apart; lower ones count as this. */
  readonly low: number;
  /** Highest value that is told apart. */
  readonly high: number;
  /** Width of a bucket, in the unit of the values. */
  readonly width: number;
}

/** Figures of a group of people, one value each. */
export interface BucketFigures {
  /** To a tenth of the width of a bucket. */
  readonly mean: number;
  /** The middle of the bucket that the middle person is in. */
  readonly median: number;
}

/**
 * Mean and median of values that were put into buckets: values beyond the limits count as the limits (top and bottom
 * coding), and each value as the middle of its bucket, so that no single value shows in either figure.
 */
export function bucketFigures(values: readonly number[], buckets: Buckets): BucketFigures {
  const middles = values.map((value) => middleOf(value, buckets)).sort((a, b) => a - b);
  const mean = middles.reduce((sum, value) => sum + value, 0) / middles.length;
  const step = buckets.width / 10;
  return {
    mean: plain(Math.round(mean / step) * step),
    median: plain(middles[Math.floor((middles.length - 1) / 2)] ?? buckets.low),
  };
}

function middleOf(value: number, { low, high, width }: Buckets): number {
  const last = Math.max(0, Math.ceil((high - low) / width) - 1);
  const bucket = Math.floor((Math.min(Math.max(value, low), high) - low) / width);
  return low + (Math.min(bucket, last) + 0.5) * width;
}

/** Without the digits that binary fractions leave behind. */
function plain(value: number): number {
  return Number(value.toPrecision(12));
}
