import type { JsonResource } from '../../storage/content.ts';

/** Extension of `Bot.executableCode`: SHA-256 of the code that `$deploy` stored, in hex. */
export const CODE_HASH_EXTENSION =
  'https://diga-server.dev/fhir/StructureDefinition/bot-code-sha256';

/** Extension of Bot: `host` or `host:port` that its `fetch` may reach, where the deployment allows it too. */
export const NETWORK_EXTENSION = 'https://diga-server.dev/fhir/StructureDefinition/bot-network';

/** Hosts that one bot may name. */
const MAX_HOSTS = 50;

const HOST = /^[a-z0-9.-]+(?::\d{1,5})?$/;

/** A Bot resource, read. */
export interface DeployedBot {
  readonly id: string;
  /** Where its code lies; absent: nothing was deployed. */
  readonly code?: { readonly binary: string; readonly sha256: string };
  /** Seconds, as the resource says it. */
  readonly timeout?: number;
  readonly network: readonly string[];
  readonly system: boolean;
  readonly runAsUser: boolean;
  readonly publicWebhook: boolean;
  readonly rawBody: boolean;
  /** When what a run printed is kept. */
  readonly keepsLog: 'always' | 'never' | 'on-error' | 'on-output';
  /** Whether it goes to the log of the server, to the runs, or to both. */
  readonly logTo: readonly ('log' | 'resource')[];
}

interface BotResource {
  readonly executableCode?: { readonly url?: unknown; readonly extension?: readonly Extension[] };
  readonly timeout?: unknown;
  readonly system?: unknown;
  readonly runAsUser?: unknown;
  readonly publicWebhook?: unknown;
  readonly rawBody?: unknown;
  readonly auditEventTrigger?: DeployedBot['keepsLog'];
  readonly auditEventDestination?: readonly ('log' | 'resource')[];
  readonly extension?: readonly Extension[];
}

interface Extension {
  readonly url: string;
  readonly valueString?: unknown;
}

/**
 * Reads the settings of a Bot resource. What is not of the form is as if it were absent: the less is allowed.
 * @see https://www.medplum.com/docs/api/fhir/medplum/bot
 */
export function readDeployedBot(resource: JsonResource): DeployedBot {
  const bot = resource as JsonResource & BotResource;
  const { executableCode, timeout, extension = [] } = bot;
  const binary = /^Binary\/([A-Za-z0-9\-.]{1,64})$/.exec(String(executableCode?.url))?.[1];
  const sha256 = executableCode?.extension?.find(({ url }) => url === CODE_HASH_EXTENSION);
  const network = extension
    .filter(({ url }) => url === NETWORK_EXTENSION)
    .map(({ valueString }) => valueString)
    .filter((host): host is string => typeof host === 'string' && HOST.test(host));
  return {
    id: bot.id ?? '',
    ...(binary !== undefined && typeof sha256?.valueString === 'string'
      ? { code: { binary, sha256: sha256.valueString } }
      : {}),
    ...(typeof timeout === 'number' && timeout > 0 ? { timeout } : {}),
    network: network.slice(0, MAX_HOSTS),
    system: bot.system === true,
    runAsUser: bot.runAsUser === true,
    publicWebhook: bot.publicWebhook === true,
    rawBody: bot.rawBody === true,
    keepsLog: bot.auditEventTrigger ?? 'always',
    logTo: bot.auditEventDestination ?? ['resource'],
  };
}

/** True where the log of a run that ended so is kept. */
export function keepsLog({ keepsLog: when }: DeployedBot, failed: boolean, log: string): boolean {
  if (when === 'never') return false;
  if (when === 'on-error') return failed;
  return when === 'always' || failed || log !== '';
}
