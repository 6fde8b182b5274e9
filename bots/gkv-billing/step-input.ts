import { z } from 'zod';
import type { DigaInvoice } from '../../lib/gkv/index.ts';

const bytes = z.base64().max(1_500_000);
const pem = z.string().max(200_000);
const ik = z.string().regex(/^[0-9]{9}$/);
const identity = z.object({ key: pem, cert: pem });
const now = z.int().min(0);

const build = z.object({
  step: z.literal('build'),
  /** Its rules are checked by the library that writes it. */
  invoice: z.custom<DigaInvoice>((value) => typeof value === 'object' && value !== null),
});

const seal = z.object({ step: z.literal('seal'), xml: bytes, identity, recipient: pem, now });

const send = z.object({
  step: z.literal('send'),
  cms: bytes,
  xml: bytes,
  endpoint: z.string().max(200),
  ikHersteller: ik,
  ikStelle: ik,
  verfahren: z.enum(['EDRE0', 'TDRE0']),
  identities: z.array(identity).min(1).max(10),
  trustAnchors: pem,
  knownCertificates: pem,
  allowLoopbackHttp: z.boolean(),
  tls: z.strictObject({
    ca: pem.optional(),
    cert: pem.optional(),
    key: pem.optional(),
    allowPkcs1Signatures: z.boolean().optional(),
  }),
  connectMs: z.int().min(1),
  totalMs: z.int().min(1),
  now,
});

/** Input of a run: one of the three steps. Bytes are base64, keys and certificates PEM, times milliseconds since 1970. */
export const stepInput = z.discriminatedUnion('step', [build, seal, send]);

/** Input of a run, checked. */
export type StepInput = z.output<typeof stepInput>;
/** Input of the step `build`. */
export type BuildStep = z.output<typeof build>;
/** Input of the step `seal`. */
export type SealStep = z.output<typeof seal>;
/** Input of the step `send`. */
export type SendStep = z.output<typeof send>;
