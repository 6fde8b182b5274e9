import { randomUUID } from 'node:crypto';
import type { AccessPolicy } from '@medplum/fhirtypes';
import { compilePolicy } from '../../access/compile.ts';
import type { Principal } from '../../access/principal.ts';
import { checkCode, codeHash } from '../../bots/deployed/bot-code.ts';
import { CODE_HASH_EXTENSION } from '../../bots/deployed/deployed-bot.ts';
import { deploymentContext } from '../../bots/deployed/guard-bot.ts';
import { SERVER_REFERENCE } from '../../identity/host.ts';
import { declaredPrincipal } from '../../identity/principals.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { JsonResource } from '../../storage/content.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import { readResource } from '../../storage/repository/reading/read.ts';
import { createResource, patchResource } from '../../storage/repository/writing/write.ts';
import { CONTENT_EXTENSION, withServerExtensions } from '../binary/server-extensions.ts';
import { readJson } from '../read-body.ts';
import type { FhirCall, FhirResponse, FhirServices } from '../request.ts';
import { outcome, successOutcome } from '../respond.ts';
import type { CoreOperation } from './core-operation.ts';

const CONTENT_TYPE = 'application/javascript';

/**
 * `POST Bot/[id]/$deploy` with `code` and `filename`: stores the code of a bot and makes it what `$execute` runs. Code is
 * CommonJS that exports `handler`, and is compiled, not run, before it is stored. Who deploys decides what the bot does under
 * its policy, so the policy of the caller has to name the operation, beside the right to update the Bot.
 * @see https://www.medplum.com/docs/api/fhir/operations/bot-deploy
 */
export const deploy: CoreOperation = {
  name: 'deploy',
  instances: ['Bot'],
  permission: 'operation',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/deploy',
  documentation: 'Stores the code of a bot and makes it what $execute runs.',
  handle: (call, { id = '' }) => handle(call, id),
};

async function handle(call: FhirCall, id: string): Promise<FhirResponse> {
  const { services, context, principal } = call;
  const { store, bots } = services;
  await readResource(store, context, 'Bot', id);
  if (bots.isShipped(id)) throw fhirError('BOT_SHIPPED', { bot: id });
  const { code, filename } = readParameters(call);
  checkCode(code);
  const sha256 = codeHash(code);
  const binary = await storeCode(services, id, code, context.requestId);
  const executableCode = {
    contentType: CONTENT_TYPE,
    url: `Binary/${binary}`,
    title: filename,
    extension: [{ url: CODE_HASH_EXTENSION, valueString: sha256 }],
  };
  await patchResource(store, deploymentContext(context), 'Bot', id, (current) => {
    const { code: _inline, ...bot } = JSON.parse(current) as JsonResource & { code?: unknown };
    const resource = { ...bot, executableCode } as JsonResource;
    return { resource, exact: resource };
  });
  await recordAccess(store, context, {
    interaction: 'operation:deploy',
    type: 'Bot',
    id,
    rule: principal.policy.operation('deploy') ?? '',
    detail: `Deployed Binary/${binary}, SHA-256 ${sha256}`,
  });
  return outcome(200, successOutcome('SUCCESSFUL_UPDATE', 'The code has been deployed'));
}

function readParameters({ request }: FhirCall): {
  readonly code: string;
  readonly filename: string;
} {
  const { value } = readJson(request);
  const invalid = (reason: string): Error =>
    fhirError('OPERATION_INVALID_PARAMETERS', { operation: 'deploy', reason });
  if (typeof value !== 'object' || value === null) throw invalid('an object is expected');
  const { code, filename = 'index.js' } = value as { code?: unknown; filename?: unknown };
  if (typeof code !== 'string') throw invalid('code is missing');
  if (typeof filename !== 'string' || !/^[\w.-]{1,100}$/.test(filename))
    throw invalid('filename is no name of a file');
  if (/\.[cm]?tsx?$/.test(filename))
    throw invalid('TypeScript belongs into Bot.sourceCode; deploy what it was compiled to');
  return { code, filename };
}

/** The Binary belongs to the server: nobody else changes it, and who may read the Bot may read it. */
async function storeCode(
  services: FhirServices,
  bot: string,
  code: string,
  requestId: string,
): Promise<string> {
  const { store, binaries } = services;
  const id = randomUUID();
  const content = await binaries.keep(id, once(Buffer.from(code, 'utf8')));
  try {
    const resource = withServerExtensions(
      {
        resourceType: 'Binary',
        id,
        contentType: CONTENT_TYPE,
        securityContext: { reference: `Bot/${bot}` },
        ...(content.data === undefined ? {} : { data: content.data }),
      },
      { [CONTENT_EXTENSION]: content.pointer },
    );
    const context = { principal: codeKeeper(services), requestId };
    await createResource(store, context, { resource, exact: resource }, id);
    return id;
  } catch (error) {
    await content.discard();
    throw error;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function codeKeeper({ definitions }: FhirServices): Principal {
  const policy: AccessPolicy = {
    resourceType: 'AccessPolicy',
    id: 'diga-server',
    resource: [
      { resourceType: 'Binary', interaction: ['create'] },
      { resourceType: 'Bot', interaction: ['read'] },
    ],
  };
  const compiled = compilePolicy(definitions, [policy], { profile: SERVER_REFERENCE });
  return declaredPrincipal(SERVER_REFERENCE, 'diga-server', compiled);
}
