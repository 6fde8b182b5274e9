import { allOk, badRequest, isOperationOutcome, normalizeOperationOutcome } from '@medplum/core';
import type { MemoryRepository } from '@medplum/fhir-router';
import type { Binary, Bot, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Where the code of bots is kept, and the links to it that need no token. */
export interface BotCode {
  /** `Bot/[id]/$deploy`. */
  deploy(id: string, body: unknown): Promise<OperationOutcome>;
  /** Code behind `/storage/[id]/[version]?Signature=`; undefined where the link is none of ours. */
  read(url: URL): string | undefined;
  /** The resource as it is answered: references to code become signed links. */
  present(resource: Resource, origin: string): Resource;
}

export function newBotCode(repository: MemoryRepository): BotCode {
  const key = randomBytes(32);
  const code = new Map<string, string>();
  const sign = (path: string): string => createHmac('sha256', key).update(path).digest('hex');
  return {
    async deploy(id, body) {
      const { code: text, filename } = (body ?? {}) as { code?: unknown; filename?: unknown };
      if (typeof text !== 'string') return badRequest('Missing code');
      let bot: Bot;
      try {
        bot = await repository.readResource<Bot>('Bot', id);
      } catch (error) {
        return isOperationOutcome(error) ? error : normalizeOperationOutcome(error);
      }
      const binary = await repository.createResource<Binary>({
        resourceType: 'Binary',
        contentType: 'text/javascript',
      });
      code.set(binary.id, text);
      const executableCode = {
        contentType: 'text/javascript',
        title: typeof filename === 'string' ? filename : 'index.js',
        url: `Binary/${binary.id}`,
      };
      await repository.updateResource<Bot>({ ...bot, executableCode });
      return allOk;
    },
    read(url) {
      const given = Buffer.from(url.searchParams.get('Signature') ?? '');
      const wanted = Buffer.from(sign(url.pathname));
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
      return code.get(url.pathname.split('/')[2] ?? '');
    },
    present(resource, origin) {
      if (resource.resourceType !== 'Bot' || resource.executableCode?.url === undefined) {
        return resource;
      }
      const id = resource.executableCode.url.replace(/^Binary\//, '');
      const path = `/storage/${id}/1`;
      const url = `${origin}${path}?Signature=${sign(path)}`;
      return { ...resource, executableCode: { ...resource.executableCode, url } };
    },
  };
}
