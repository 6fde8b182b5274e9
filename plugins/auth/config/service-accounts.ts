import { z } from 'zod';

/** How the inventory of service accounts is kept up. */
export const inventoryConfig = z
  .strictObject({
    /** Days before the end of its rotation interval from which a key is warned about. */
    warnDays: z.int().min(1).max(90).default(14),
    /** Days after the end for which a key still works. */
    graceDays: z.int().min(0).max(90).default(0),
    /** Days without use after which an account is conspicuous. */
    unusedDays: z.int().min(1).max(1095).default(90),
    /** Days after which an owner has to confirm an account again. */
    reviewDays: z.int().min(1).max(1095).default(90),
    /** Refused assertions in an hour, from where the account usually comes, that switch it off. */
    invalidAssertionsPerHour: z.int().min(3).max(1000).default(10),
  })
  .prefault({});

/** The rules of the inventory. */
export type InventoryRules = z.output<typeof inventoryConfig>;
