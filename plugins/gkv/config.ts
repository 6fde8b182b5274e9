import { z } from 'zod';

const ik = z.string().regex(/^[0-9]{9}$/, 'an IK has nine digits');
const day = z.iso.date();
const file = z.string().min(1).max(4096);
const milliseconds = (low: number, high: number) => z.int().min(low).max(high);

/** Where a published file comes from. */
const source = z.union([
  z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(2000) }),
  z.strictObject({ file }),
]);

const identity = z.strictObject({
  /** PEM; an encrypted one needs `passphraseFile`. */
  keyFile: file,
  /** PEM, DER or PKCS#7 chain as the trust center delivers it. */
  certificateFile: file,
  passphraseFile: file.optional(),
});

const price = z
  .strictObject({
    digaVeId: z.string().regex(/^[0-9]{8}$/, 'a DiGAVEID has eight digits'),
    /** First and last day of service that the price holds for. */
    validFrom: day,
    validTo: day.optional(),
    netCents: z.int().min(1).max(99_999_999),
    vatPercent: z.number().min(0).max(100).multipleOf(0.01),
    /** Needed where `vatPercent` is 0: reverse charge (AE) or exempt (E), with the reason the invoice states. */
    vatExemption: z
      .strictObject({ category: z.enum(['AE', 'E']), reason: z.string().min(1).max(200) })
      .optional(),
    /** Days that the prescription unit lasts. */
    durationDays: z.int().min(1).max(3660),
  })
  .refine(({ vatPercent, vatExemption }) => (vatPercent === 0) === (vatExemption !== undefined), {
    message: 'vatExemption is needed with a VAT of 0 %, and only then',
  });

const seller = z.strictObject({
  name: z.string().min(1).max(200),
  contact: z.strictObject({
    name: z.string().min(1).max(200),
    phone: z.string().min(3).max(200),
    email: z.email().max(200),
  }),
  address: z.strictObject({
    postCode: z.string().min(1).max(20),
    line: z.string().min(1).max(200).optional(),
    city: z.string().min(1).max(200),
    country: z.string().regex(/^[A-Z]{2}$/),
  }),
  vatId: z.string().regex(/^[A-Z]{2}[A-Za-z0-9+*.]{2,13}$/),
});

/** The section `plugins.gkv` of the configuration. In the sandbox all of it has defaults. */
export const gkvConfig = z.strictObject({
  manufacturerIk: ik.optional(),
  /** Number of the DiGA in the directory of the BfArM. */
  digaId: z
    .string()
    .regex(/^[0-9]{5}$/)
    .optional(),
  digaName: z.string().min(1).max(200).optional(),
  seller: seller.optional(),
  /** Default: the manufacturer. */
  payee: z.strictObject({ ik, name: z.string().min(1).max(200) }).optional(),
  prices: z.array(price).max(1000).optional(),
  /** Duration of a prescription unit that `prices` does not have; such a unit raises an alarm. */
  fallbackDurationDays: z.int().min(1).max(3660).default(90),
  identity: identity.optional(),
  /** Identities that still open answers while a certificate is being replaced. */
  previousIdentities: z.array(identity).max(5).default([]),
  trustAnchorsFile: file.optional(),
  directory: source.optional(),
  certificateList: source.optional(),
  /** Hours after which directory and certificate list are fetched again. */
  refreshHours: z.int().min(1).max(2160).default(24),
  buyerIk: z
    .enum(['kostentraegerkennung', 'ikRechnungsempfaenger'])
    .default('kostentraegerkennung'),
  /** Text before the running number of an invoice. */
  invoiceNumberPrefix: z
    .string()
    .regex(/^[A-Za-z0-9-]{0,9}$/)
    .default('DG-'),
  /** Default: true in the sandbox only. With it anybody unlocks the app without a prescription. */
  allowTestCodes: z.boolean().optional(),
  /** Prefix of the insurer that test codes are sent to; default: the first that takes invoices electronically. */
  testInsurer: z
    .string()
    .regex(/^[A-Z2-7]{2}$/)
    .optional(),
  timeouts: z
    .strictObject({
      connectMs: milliseconds(100, 60_000).default(10_000),
      totalMs: milliseconds(200, 300_000).default(30_000),
      /** How long the person waits before the answer is "pending". */
      answerMs: milliseconds(100, 60_000).default(30_000),
    })
    .prefault({}),
  /** Pauses before repetitions in milliseconds; default: 5 s, 30 s, 2 min, 10 min, 1 h, then hourly for a day. */
  retryMs: z.array(milliseconds(100, 86_400_000)).min(1).max(50).optional(),
  /** Plain http to endpoints on this machine; sandbox only. */
  allowLoopbackHttp: z.boolean().optional(),
  tls: z
    .strictObject({
      /** Trusted certificates instead of the public ones, PEM. */
      caFile: file.optional(),
      /** Offers the identity as client certificate. */
      offerIdentity: z.boolean().default(true),
      /** Public web servers mostly have certificates signed with PKCS#1 v1.5. */
      allowPkcs1Signatures: z.boolean().default(false),
    })
    .prefault({}),
  /** New codes that one patient may try in an hour. */
  redeemPerHour: z.int().min(1).max(1000).default(5),
  keys: z
    .strictObject({
      /** JSON: pepper of the code digests and keys that seal the archive. */
      billingFile: file.optional(),
      /** JSON: key of the accounts side. */
      accountsFile: file.optional(),
    })
    .prefault({}),
});

/** Validated configuration of the plugin. */
export type GkvConfig = z.output<typeof gkvConfig>;
/** A published file's origin. */
export type SourceConfig = z.output<typeof source>;
/** Files of one identity of the manufacturer. */
export type IdentityConfig = z.output<typeof identity>;
/** A row of the price table. */
export type PriceConfig = z.output<typeof price>;
/** The manufacturer as the invoice names it. */
export type SellerConfig = z.output<typeof seller>;
