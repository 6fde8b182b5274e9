import { z } from 'zod';

/** The section `plugins.auth.security`: what protects accounts beyond the sign-in itself. */
export const securityConfig = z
  .strictObject({
    /**
     * Folder with leaked passwords, in files such as `0A1B2.txt` with lines `<35 hexadecimal digits>:<count>`: the form in
     * which such lists are published. Without it, the built-in patterns of common passwords are all there is.
     */
    breachListFolder: z.string().min(1).optional(),
    /** Hours for which a change of factors by recovery, or from a weaker login, is announced before it holds. */
    changeDelayHours: z.int().min(1).max(168).default(24),
    /** Shortest passwords of those who act for others. */
    staffPasswordLength: z.int().min(12).max(64).default(14),
    adminPasswordLength: z.int().min(12).max(64).default(16),
    /**
     * Models of passkey devices that staff may use, as AAGUIDs, and the certificates that attest them (PEM). Without it,
     * any device with user verification will do.
     */
    staffPasskeys: z
      .strictObject({
        aaguids: z.array(z.uuid()).min(1).max(100),
        attestationRootsFile: z.string().min(1),
      })
      .optional(),
  })
  .prefault({});
