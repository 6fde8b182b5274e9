import { z } from 'zod';

/** What decides how strictly the sessions of an identity are kept. */
export const identitiesConfig = z
  .strictObject({
    /** Ids of AccessPolicies whose holders are admins: short sessions, phishing-resistant factor. */
    adminPolicies: z
      .array(z.string().regex(/^[A-Za-z0-9.-]{1,64}$/))
      .min(1)
      .max(20)
      .default(['admin']),
  })
  .prefault({});
