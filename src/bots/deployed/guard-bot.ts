import { isDeepStrictEqual } from 'node:util';
import { fhirError } from '../../outcome/codes.ts';
import type { AccessContext } from '../../storage/access-context.ts';
import type { JsonResource } from '../../storage/content.ts';
import { NETWORK_EXTENSION } from './deployed-bot.ts';

/** Elements that say what a bot runs as, when, for whom and whither: they weigh as much as its code. */
const POWERS = [
  'code',
  'cronString',
  'cronTiming',
  'publicWebhook',
  'runAsUser',
  'system',
  'timeout',
] as const;

const deploying = new WeakSet<AccessContext>();

/** A context under which `$deploy` may set the code of a bot. */
export function deploymentContext(context: AccessContext): AccessContext {
  const own = { ...context };
  deploying.add(own);
  return own;
}

/**
 * Refuses to change the code of a bot otherwise than by `$deploy`, and its powers to those who may not deploy. A client
 * that writes back what it read changes nothing.
 * @throws FhirError `BOT_CODE_NOT_DEPLOYED`, `ACCESS_OPERATION_DENIED`
 */
export function guardBot(
  context: AccessContext,
  resource: JsonResource,
  previous?: JsonResource,
): JsonResource {
  if (resource.resourceType !== 'Bot' || deploying.has(context)) return resource;
  const { principal } = context;
  const differs = (name: string): boolean =>
    !isDeepStrictEqual(plain(resource[name]), plain(previous?.[name]));
  if (differs('executableCode'))
    throw fhirError('BOT_CODE_NOT_DEPLOYED', {}, { expression: ['Bot.executableCode'] });
  if (principal.plansIds === true || principal.policy.operation('deploy') !== undefined)
    return resource;
  const network = !isDeepStrictEqual(networkOf(resource), networkOf(previous));
  if (network || POWERS.some(differs))
    throw fhirError('ACCESS_OPERATION_DENIED', { operation: 'deploy' });
  return resource;
}

/** False and absent are the same to a bot. */
function plain(value: unknown): unknown {
  return value === false ? undefined : value;
}

function networkOf(resource: JsonResource | undefined): unknown {
  const { extension = [] } = (resource ?? {}) as {
    readonly extension?: readonly { readonly url?: unknown }[];
  };
  return extension.filter(({ url }) => url === NETWORK_EXTENSION);
}
