import { z } from 'zod';

/** The section `plugins.research` of the configuration. */
export const researchConfig = z.strictObject({
  /** Smallest number of patients of a cell, where the access policy does not demand more. */
  minimumCell: z.int().min(3).max(1_000_000).default(10),
  /** Published counts are multiples of this; 1 publishes them as they are. */
  rounding: z.union([z.literal(1), z.literal(5), z.literal(10)]).default(5),
  /** Months of a period: periods follow each other in the calendar and never overlap. */
  periodMonths: z
    .union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(6), z.literal(12)])
    .default(3),
  /** Evaluations that one caller may ask for on a day (UTC). */
  queriesPerDay: z.int().min(1).max(10_000).default(50),
  /** With whose releases a new one is compared: those to everybody, because recipients may talk to each other, or the caller's. */
  compareWith: z.enum(['everyone', 'caller']).default('everyone'),
  /** Days for which releases are remembered. */
  rememberDays: z.int().min(30).max(36_500).default(3_650),
});

/** Settings of the plugin. */
export type ResearchConfig = z.infer<typeof researchConfig>;
