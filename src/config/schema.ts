import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/ });
/** `URL.canParse` knows no Unix socket folder as host, so only the scheme is checked; the driver reads the rest. */
const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/\S+\/\w+/, 'a URL such as postgresql://user:password@host/database');

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
});

const plugin = z
  .looseObject({
    enabled: z.boolean().default(true).describe('False leaves the plugin out.'),
  })
  .describe('Section of one plugin; its other keys are checked by the plugin.');

const bots = z.strictObject({
  timeoutSeconds: z
    .number()
    .positive()
    .max(3600)
    .default(30)
    .describe('Wall-clock limit of one bot run, in seconds.'),
  secrets: z
    .record(z.string(), z.record(z.string(), z.string()))
    .default({})
    .meta({ secret: true })
    .describe('Secrets by bot and name; a bot gets those that its manifest names.'),
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
  plugins: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*$/), plugin)
    .default({})
    .describe('Sections of the plugins by name.'),
  bots: bots.prefault({}).describe('Limits of bots.'),
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
