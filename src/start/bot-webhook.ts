import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { BotService } from '../bots/runs/bot-service.ts';
import { botAnswer, readBotCall } from '../fhir/interactions/bot-call.ts';
import { clientAddress } from '../http/client-address.ts';
import { readBytes } from '../http/read-bytes.ts';
import { requestId } from '../http/request-id.ts';
import type { Principals } from '../identity/principals.ts';
import { errorResponse } from '../outcome/error-response.ts';
import { fhirError } from '../outcome/codes.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { RouteHandler } from '../plugin/sdk.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { recordAccess } from '../storage/repository/judging/deny.ts';
import { readCurrent } from '../storage/repository/reading/system-read.ts';

/** Path below which webhooks lie. */
export const WEBHOOK_PATH = '/webhook';

const PATH = /^\/webhook\/([A-Za-z0-9\-.]{1,64})$/;

/** Largest body of a webhook in bytes. */
const MAX_BODY = 1_048_576;

/** Webhooks at the same time; whoever has no token must not take the places of those who have. */
const MAX_OPEN = 2;

/** Header fields that a bot gets: no credentials, and nothing that proxies add about the network. */
const HEADER =
  /^(?:content-type|user-agent|accept|x-(?!forwarded|real|request|security)[a-z0-9-]+)$/;

/** What webhooks work with. */
export interface WebhookParts {
  readonly store: ClinicalStore;
  readonly service: BotService;
  readonly principals: Pick<Principals, 'ofReference'>;
  readonly clientAddressHeader: string | undefined;
  readonly log: Logger;
}

/**
 * `POST /webhook/[membership]`: runs the bot of a membership for anybody, if the bot says `publicWebhook`. Why it failed is
 * told to nobody; what is no webhook and what is none any more look alike.
 * @returns the handler of a path; undefined for all others
 * @see https://www.medplum.com/docs/bots/consuming-webhooks
 */
export function botWebhooks(parts: WebhookParts): (path: string) => RouteHandler | undefined {
  let open = 0;
  return (path) => {
    const membership = PATH.exec(path)?.[1];
    if (membership === undefined) return undefined;
    return async (request, response) => {
      const id = requestId(request.headers['x-request-id']);
      open += 1;
      try {
        if (open > MAX_OPEN) throw fhirError('SERVER_BUSY', {}, { retryAfter: 5 });
        send(response, await serve(parts, membership, request, id));
      } catch (error) {
        const answer = errorResponse(error, id, (cause) => {
          parts.log.error({ event: 'bot.webhook.failed', err: cause }, 'A webhook failed');
        });
        send(response, answer);
      } finally {
        open -= 1;
        if (!request.complete) request.resume();
      }
    };
  };
}

async function serve(
  { store, service, principals, clientAddressHeader }: WebhookParts,
  membership: string,
  request: IncomingMessage,
  id: string,
): Promise<ReturnType<typeof botAnswer>> {
  if (request.method !== 'POST') {
    const { method = '' } = request;
    const where = { method: method.slice(0, 16), path: WEBHOOK_PATH };
    throw fhirError('FHIR_METHOD_NOT_ALLOWED', where, { headers: { Allow: 'POST' } });
  }
  const bot = await publicBot(store, service, membership);
  if (bot === undefined) throw fhirError('FHIR_UNKNOWN_ROUTE', { path: WEBHOOK_PATH });
  const body = await readBytes(request, MAX_BODY);
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === 'string' && HEADER.test(name) ? [[name, value]] : [],
    ),
  );
  const { input, ...call } = readBotCall(
    {
      method: 'POST',
      query: '',
      headers: request.headers as Record<string, string | undefined>,
      requestId: id,
      ...(body === undefined ? {} : { body }),
    },
    bot.rawBody,
  );
  const gone = new AbortController();
  request.on('close', () => {
    if (!request.complete) gone.abort();
  });
  const network = clientAddress(request, clientAddressHeader);
  const context = {
    principal: await principals.ofReference(`Bot/${bot.id}`),
    requestId: id,
    ...(network === undefined ? {} : { network }),
  };
  const access = { interaction: 'operation:webhook', type: 'Bot', id: bot.id };
  try {
    const output = await service.execute(bot.id, input, {
      ...call,
      headers,
      trigger: 'webhook',
      signal: gone.signal,
    });
    await recordAccess(store, context, access);
    return botAnswer(output);
  } catch (error) {
    if (isFhirError(error))
      await recordAccess(store, context, { ...access, outcome: 4, detail: error.code });
    throw error;
  }
}

async function publicBot(
  store: ClinicalStore,
  service: BotService,
  membership: string,
): Promise<Awaited<ReturnType<BotService['find']>>> {
  const resource = await readCurrent(store, 'ProjectMembership', membership);
  const { profile, active } = (resource ?? {}) as {
    readonly profile?: { readonly reference?: string };
    readonly active?: boolean;
  };
  const id = /^Bot\/([A-Za-z0-9\-.]{1,64})$/.exec(profile?.reference ?? '')?.[1];
  if (id === undefined || active === false) return undefined;
  const bot = await service.find(id);
  return bot?.publicWebhook === true ? bot : undefined;
}

function send(
  response: ServerResponse,
  { status, headers, body = '' }: ReturnType<typeof botAnswer>,
): void {
  response.writeHead(status, {
    ...headers,
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
