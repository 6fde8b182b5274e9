import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/ });
/** `URL.canParse` knows no Unix socket folder as host, so only the scheme is checked; the driver reads the rest. */
const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/\S+\/\w+/, 'a URL such as postgresql://user:password@host/database');

const tls = z
  .strictObject({
    certificates: z
      .array(
        z.strictObject({
          certFile: z
            .string()
            .min(1)
            .describe('Certificate with its intermediates, PEM, the own one first.'),
          keyFile: z.string().min(1).describe('Its key, PEM, without a passphrase.'),
        }),
      )
      .max(8)
      .default([])
      .describe(
        'Certificates that the server ends TLS with, at most one for each kind of key (EC, RSA, RSA-PSS). None: it listens without TLS.',
      ),
    clientCertificates: z
      .strictObject({
        mode: z
          .enum(['off', 'request', 'require'])
          .default('off')
          .describe(
            'Certificates of clients: `request` takes them where there is one (OAuth binds tokens to it), `require` refuses connections without a good one.',
          ),
        caFile: z
          .string()
          .min(1)
          .optional()
          .describe('Authorities that client certificates must come from, PEM.'),
      })
      .prefault({})
      .describe('Certificates of clients (mTLS).'),
    profile: z
      .enum(['bsi', 'bsi-hybrid'])
      .default('bsi')
      .describe(
        'What is negotiated, by TR-02102-2; `bsi-hybrid` offers ML-KEM-768 combined with P-256 first.',
      ),
    weakChain: z
      .enum(['warn', 'refuse'])
      .default('warn')
      .describe(
        'What becomes of chains with signatures of PKCS#1 v1.5, which TR-02102-2 recommended until 2025 and most public authorities still make.',
      ),
    reloadSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(30)
      .describe('Seconds between two looks at the files; 0: they are read again on SIGHUP only.'),
  })
  .describe('TLS of the server itself.');

const publishedPins = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Signed set of pins that `npm run pins` makes; it is published at `/.well-known/pin-set`, and no key is served that is not in it.',
      ),
    publicKeyFile: z
      .string()
      .min(1)
      .optional()
      .describe('Public key (JWK) that the set must be signed with; apps have it built in.'),
  })
  .describe('Pins of the keys that apps may meet.');

const storage = z
  .strictObject({
    encryptionAtRest: z
      .strictObject({
        statement: z
          .string()
          .min(20)
          .max(2000)
          .optional()
          .describe(
            'How the volumes of databases, blobs, backups and `dataDirectory` are encrypted, and where their keys lie. Required in production.',
          ),
        signedBy: z
          .string()
          .min(3)
          .max(200)
          .optional()
          .describe('Function of the person who answers for the statement.'),
        date: z.iso.date().optional().describe('Day on which it was checked, such as 2026-11-01.'),
      })
      .prefault({})
      .describe("The operator's statement that storage is encrypted; a server cannot see it."),
  })
  .describe('Where data lies.');

const metrics = z
  .strictObject({
    port: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe('TCP port of `/metrics` for Prometheus. Without one there is none.'),
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address of that listener; it has no access control, so keep it local.'),
  })
  .describe('Counters for Prometheus, on a listener of their own.');

const http = z.strictObject({
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(8103)
    .describe('TCP port; 0 takes a free one. `PORT` sets it too.'),
  host: z
    .string()
    .min(1)
    .optional()
    .describe('Address to listen on. Default: 127.0.0.1 in the sandbox, 0.0.0.0 in production.'),
  origin: httpUrl
    .refine(
      (text) => URL.canParse(text) && new URL(text).origin === text,
      'an origin without path or final slash',
    )
    .optional()
    .describe(
      'Public origin, as clients see it. Default in the sandbox: http://localhost with the port. Required in production.',
    ),
  maxBodyBytes: z
    .int()
    .min(1024)
    .max(268_435_456)
    .default(16_777_216)
    .describe('Largest request body in bytes.'),
  maxBinaryBytes: z
    .int()
    .min(1024)
    .max(17_179_869_184)
    .default(1_073_741_824)
    .describe(
      'Largest content of a Binary that is sent as it is, in bytes; it is never held in memory.',
    ),
  clientAddressHeader: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .optional()
    .describe(
      'Header in which the reverse proxy, and only it, hands on the address of the client, such as `x-real-ip`; network rules of policies and the audit record go by it. Default: the address of the connection.',
    ),
  trustedProxies: z
    .string()
    .max(10_000)
    .regex(
      /^(?:[0-9A-Fa-f.:]+(?:\/\d{1,3})?(?:, ?|$))*$/,
      'addresses and networks with commas between, such as 10.0.0.0/8',
    )
    .optional()
    .describe(
      'Addresses and networks (CIDR) of the proxies in front, with commas between. Only they may say with `X-Forwarded-Proto` and `http.clientAddressHeader` how and from where a client came; without TLS of its own, a server in production answers nobody else. Default: this machine in the sandbox, none in production.',
    ),
  maxConnections: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe('Connections at the same time; the next is closed at once.'),
  tls: tls.prefault({}),
  publishedPins: publishedPins.prefault({}),
  cors: z
    .strictObject({
      origins: z
        .string()
        .max(10_000)
        .regex(
          /^(?:https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::(?:\d{1,5}|\*))?(?:, ?|$))*$/,
          'origins with commas between, such as https://app.example',
        )
        .optional()
        .describe(
          'Origins of web apps, with commas between, whose scripts may call this server with credentials. `http://localhost:*` stands for every port, in the sandbox only. Default: this machine in the sandbox, none in production.',
        ),
    })
    .prefault({})
    .describe('Scripts of other origins (CORS).'),
});

const blobs = z
  .strictObject({
    s3: z
      .strictObject({
        bucket: z
          .string()
          .min(3)
          .max(255)
          .optional()
          .describe(
            'Name of the bucket, which must exist. Without one, blobs are files in the folder `blobs` of the data directory.',
          ),
        region: z.string().min(1).default('eu-central-1').describe('Region of the bucket.'),
        endpoint: httpUrl
          .optional()
          .describe("URL of the store; without one, Amazon's of the region."),
        pathStyle: z
          .boolean()
          .default(false)
          .describe('Name the bucket in the path: most stores that are not Amazon want that.'),
        prefix: z
          .string()
          .regex(/^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*$/, 'a path with a slash at its end')
          .default('')
          .describe('Put before every key, such as `diga/`.'),
        accessKeyId: z
          .string()
          .min(1)
          .optional()
          .meta({ secret: true })
          .describe('Access key. Without one, the role of the machine counts.'),
        secretAccessKey: z
          .string()
          .min(1)
          .optional()
          .meta({ secret: true })
          .describe('Secret of the access key.'),
      })
      .prefault({})
      .describe('A bucket that speaks S3.'),
  })
  .describe('Where large content lies: Binary and files of exports.');

const bulk = z.strictObject({
  keepHours: z
    .number()
    .positive()
    .max(720)
    .default(24)
    .describe('Hours for which the files of an export, and what an import reports, are kept.'),
  jobsPerClient: z
    .int()
    .min(1)
    .max(100)
    .default(2)
    .describe(
      'Exports and imports that one client may have running; the next is refused with 429.',
    ),
  linesPerFile: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(50_000)
    .describe(
      'Resources in one file of an export, about; also what a server that was killed writes again.',
    ),
  maxImportBytes: z
    .int()
    .min(1024)
    .max(1_099_511_627_776)
    .default(10_737_418_240)
    .describe('Largest input of an import in bytes.'),
  maxLineBytes: z
    .int()
    .min(1024)
    .max(268_435_456)
    .default(16_777_216)
    .describe('Longest line of an import, which is one resource, in bytes.'),
});

const HOST_PATTERNS = /^(?:(?:\*|(?:\*\.)?[a-z0-9.-]+)(?::\d{1,5})?(?:, ?|$))*$/;
const HOSTS = /^(?:(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?(?:, ?|$))*$/;

const subscriptions = z.strictObject({
  destinations: z
    .string()
    .max(100_000)
    .regex(HOST_PATTERNS, 'host names with commas between; `*.` for all below one, `*` for all')
    .default('*')
    .describe(
      'Hosts that rest-hooks may go to and inputs of an `$import` may be fetched from, with commas between: names, `*.domain`, or `*` for every public address; a port may follow. What lies in a private network needs `privateDestinations` too.',
    ),
  privateDestinations: z
    .string()
    .max(100_000)
    .regex(HOSTS, 'host names or addresses with commas between; a port may follow each')
    .default('')
    .describe(
      'Hosts (`host` or `host:port`, with commas between) that may have addresses in private networks and may be called by plain http.',
    ),
  timeoutSeconds: z
    .number()
    .positive()
    .max(120)
    .default(10)
    .describe('How long a receiver may take for its answer, in seconds.'),
  maxSockets: z
    .int()
    .min(0)
    .max(100_000)
    .default(1000)
    .describe('WebSocket connections of this node.'),
  maxSubscriptions: z
    .int()
    .min(1)
    .max(100_000)
    .default(10_000)
    .describe('Active Subscriptions of the server; the next is refused.'),
});

const database = z.strictObject({
  url: postgresUrl
    .meta({ secret: true })
    .describe('Connection URL of the runtime role: rows only.'),
  ownerUrl: postgresUrl
    .meta({ secret: true })
    .describe('Connection URL of the owner role, which runs migrations.'),
});

const databases = z
  .strictObject({
    clinical: database.optional().describe('FHIR resources, history, search index, audit ledger.'),
    accounts: database.optional().describe('Credentials, sessions, grants.'),
    billing: database.optional().describe('Activation-code hashes, billing exchanges, invoices.'),
    embeddedInProduction: z
      .boolean()
      .default(false)
      .describe(
        'Acknowledges that production runs on the embedded PostgreSQL: one machine, no replica, backups are yours.',
      ),
  })
  .describe(
    'Your own PostgreSQL (15 or newer): all three areas or none. Without them the embedded one is started.',
  );

const search = z.strictObject({
  defaultCount: z.int().min(1).default(20).describe('Page size without `_count`.'),
  maxCount: z
    .int()
    .min(1)
    .max(10_000)
    .default(1000)
    .describe('Largest page size; a larger `_count` is lowered to it.'),
  fullText: z
    .enum(['off', 'narrative', 'content'])
    .default('narrative')
    .describe(
      'What new versions are indexed by as words: `narrative` for `_text`, `content` also all strings for `_content`, which costs several times the disk and time of a create; `off` nothing. After a change run `$reindex`.',
    ),
  settleSeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(5)
    .describe(
      'Seconds that other nodes may take to hear of a new SearchParameter; what is written meanwhile is indexed once more before it can be searched by.',
    ),
  unknownParameters: z
    .enum(['reject', 'ignore'])
    .default('reject')
    .describe(
      'What becomes of search parameters that nobody knows: `reject` answers 400, as HAPI does; `ignore` leaves them out, as ISiK asks. `Prefer: handling=strict` and `handling=lenient` say otherwise per request.',
    ),
});

const fhir = z.strictObject({
  referentialIntegrity: z
    .boolean()
    .default(true)
    .describe(
      'Refuses references to what does not exist (or what the writer may not read), and the deletion of what others refer to.',
    ),
  conditionalDelete: z
    .enum(['single', 'multiple'])
    .default('single')
    .describe(
      '`multiple` lets `DELETE [type]?…` delete all matches; with `single` the client has to say `_multiple=true`.',
    ),
  packages: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Paths of FHIR packages (`.tgz`) whose profiles, value sets and code systems are loaded, relative to the working directory.',
    ),
  validateProfilesOnWrite: z
    .enum(['off', 'declared'])
    .default('off')
    .describe(
      '`declared` refuses a resource that does not conform to a profile in its `meta.profile`, if that profile came with the server or its packages.',
    ),
});

const plugin = z
  .looseObject({
    enabled: z.boolean().default(true).describe('False leaves the plugin out.'),
  })
  .describe('Section of one plugin; its other keys are checked by the plugin.');

const retentionDays = (days: number) => z.int().min(1).max(36_500).default(days);

const ledgerCodes = (codes: string) =>
  z
    .string()
    .max(10_000)
    .regex(/^(?:[A-Za-z-]{1,64}(?:,[A-Za-z-]{1,64})*)?$/, 'codes with commas between')
    .default(codes);

const audit = z
  .strictObject({
    keys: z
      .string()
      .min(1)
      .optional()
      .meta({ secret: true })
      .describe(
        'JSON Web Key Set whose first key, an EC key on P-256 or P-384, signs the checkpoints of the ledger. Required in production; elsewhere one is made in the data directory.',
      ),
    sealSeconds: z
      .number()
      .min(0.1)
      .max(3600)
      .default(2)
      .describe('Seconds between two checkpoints of the ledger, while there is something new.'),
    retention: z
      .strictObject({
        securityDays: retentionDays(730).describe(
          'Days for which `npm run audit:retain` keeps security events, refusals and what concerns no patient, at least.',
        ),
        accessDays: retentionDays(730).describe('Days for accesses that concern a patient.'),
        mdrDays: retentionDays(3_653).describe(
          'Days for sources of the traceability of the medical device; 15 years for implantable ones.',
        ),
        mdrTypes: ledgerCodes('AdverseEvent,Device,DeviceDefinition,DeviceUseStatement').describe(
          'Resource types that are such sources, with commas between.',
        ),
        mdrInteractions: ledgerCodes('create,update,patch,delete').describe(
          'Interactions with them that are, with commas between; `operation` for all operations.',
        ),
        billingDays: retentionDays(3_653).describe(
          'Days for sources of accounting, from the end of the calendar year.',
        ),
        billingTypes: ledgerCodes(
          'Account,ChargeItem,Claim,ClaimResponse,Invoice,PaymentNotice,PaymentReconciliation',
        ).describe('Resource types that are such sources, with commas between.'),
        billingInteractions: ledgerCodes('create,update,patch,delete').describe(
          'Interactions with them that are, with commas between.',
        ),
      })
      .prefault({})
      .describe('For how long rows of the ledger are kept, by class.'),
    witness: z
      .strictObject({
        url: httpUrl
          .optional()
          .describe('Where checkpoints are sent by POST, so that somebody else has a copy.'),
        token: z
          .string()
          .min(1)
          .optional()
          .meta({ secret: true })
          .describe('Bearer token for the witness.'),
        directory: z
          .string()
          .min(1)
          .optional()
          .describe(
            'Folder into which checkpoints are written once each, such as a mount that keeps what was written.',
          ),
        everySeconds: z
          .number()
          .min(1)
          .max(86_400)
          .default(60)
          .describe('Seconds between two checkpoints for the witness.'),
      })
      .prefault({})
      .describe('Who keeps copies of checkpoints outside of this database.'),
  })
  .describe('The seal of the audit ledger.');

const bots = z.strictObject({
  timeoutSeconds: z
    .number()
    .positive()
    .max(600)
    .default(120)
    .describe('Longest wall-clock limit that a deployed bot may set itself, in seconds.'),
  memoryMb: z
    .int()
    .min(32)
    .max(4096)
    .default(128)
    .describe('Heap of a run of a deployed bot, in MiB; Node itself needs 256 more.'),
  isolation: z
    .enum(['namespaces', 'any'])
    .optional()
    .describe(
      'What deployed bots need: `namespaces` runs them only where the kernel cuts off network and processes, `any` also where Node alone does. Default: any in the sandbox, namespaces in production.',
    ),
  destinations: z
    .string()
    .max(100_000)
    .regex(HOST_PATTERNS, 'host names with commas between; `*.` for all below one, `*` for all')
    .default('')
    .describe(
      'Hosts that deployed bots may reach with `fetch`, with commas between; each Bot names those it needs as well.',
    ),
  privateDestinations: z
    .string()
    .max(100_000)
    .regex(HOSTS, 'host names or addresses with commas between; a port may follow each')
    .default('')
    .describe('Hosts of private networks that deployed bots may reach, also by plain http.'),
  webhooks: z
    .boolean()
    .default(false)
    .describe('Opens `/webhook/<membership>` to the public for bots that say `publicWebhook`.'),
  keepRunsDays: z
    .number()
    .positive()
    .max(3650)
    .default(30)
    .describe('Days for which runs of bots and what they printed are kept.'),
  jobsPerClient: z
    .int()
    .min(1)
    .max(1000)
    .default(20)
    .describe('Runs that answer later which one client may have waiting.'),
  secrets: z
    .record(z.string(), z.record(z.string(), z.string()))
    .default({})
    .meta({ secret: true })
    .describe('Secrets by bot and name; a shipped bot gets those that its manifest names.'),
});

/** Schema of the whole configuration. The descriptions are the reference in `docs/configuration.md`. */
export const configSchema = z.strictObject({
  mode: z
    .enum(['sandbox', 'production'])
    .default('sandbox')
    .describe(
      '`sandbox` seeds identities and starts stand-ins for trying things out; `production` refuses unsafe settings.',
    ),
  dataDirectory: z
    .string()
    .min(1)
    .default('.diga')
    .describe(
      'Folder for the embedded database and for keys of the sandbox, relative to the working directory.',
    ),
  http: http.prefault({}).describe('The HTTP server.'),
  databases: databases.prefault({}),
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .default('info')
        .describe('Least severe level that is logged.'),
    })
    .prefault({})
    .describe('The log on standard output.'),
  search: search.prefault({}).describe('Limits of searches.'),
  fhir: fhir.prefault({}).describe('The rules of the FHIR interactions.'),
  plugins: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*$/), plugin)
    .default({})
    .describe('Sections of the plugins by name.'),
  audit: audit.prefault({}),
  bots: bots.prefault({}).describe('Limits of bots.'),
  blobs: blobs.prefault({}),
  storage: storage.prefault({}),
  metrics: metrics.prefault({}),
  bulk: bulk.prefault({}).describe('Exports and imports of many resources.'),
  subscriptions: subscriptions.prefault({}).describe('Deliveries of Subscriptions.'),
  redis: z
    .strictObject({
      url: z
        .string()
        .regex(/^rediss?:\/\/\S+/, 'a URL such as rediss://host:6379')
        .optional()
        .meta({ secret: true })
        .describe(
          'Redis, through which several nodes share rate limits and login state. One node needs none.',
        ),
    })
    .prefault({})
    .describe('Optional Redis.'),
  sandboxes: z
    .boolean()
    .optional()
    .describe(
      'Starts the stand-ins of the outside world (insurers and others) beside the server. Default: true in the sandbox, refused in production.',
    ),
});

/** The configuration as the schema gives it, before defaults that depend on the mode. */
export type ParsedConfig = z.output<typeof configSchema>;
