import { allOk, badRequest, created, notFound } from '@medplum/core';
import type { MemoryRepository } from '@medplum/fhir-router';
import type { Bot, Project, ProjectMembership } from '@medplum/fhirtypes';
import type { FhirAnswer } from './repository.ts';

/**
 * Answers `/admin/projects/[id]/…`: the project, its bots and its members. A bot without an access policy gets a membership
 * without one, and may do everything: that is how such a server is.
 */
export async function admin(
  repository: MemoryRepository,
  project: Project & { id: string },
  method: string,
  path: readonly string[],
  body: unknown,
): Promise<FhirAnswer> {
  const [, kind, id, area, member] = path;
  if (kind !== 'projects' || id !== project.id) return { outcome: notFound };
  const fields = (body ?? {}) as Partial<Bot> & Partial<ProjectMembership>;
  if (method === 'POST' && area === 'bot') {
    if (typeof fields.name !== 'string') return { outcome: badRequest('Bot name is required') };
    const { name, description, runtimeVersion, accessPolicy } = fields;
    const bot = await repository.createResource<Bot>({
      resourceType: 'Bot',
      name,
      ...(description === undefined ? {} : { description }),
      runtimeVersion: runtimeVersion ?? 'awslambda',
    });
    const reference = { reference: `Bot/${bot.id}`, display: name };
    await repository.createResource<ProjectMembership>({
      resourceType: 'ProjectMembership',
      project: { reference: `Project/${project.id}` },
      user: reference,
      profile: reference,
      ...(accessPolicy === undefined ? {} : { accessPolicy }),
    });
    return { outcome: created, resource: bot };
  }
  if (method === 'POST' && area === 'members' && member !== undefined) {
    const known = await repository
      .readResource<ProjectMembership>('ProjectMembership', member)
      .catch(() => undefined);
    if (known === undefined || fields.id !== member) return { outcome: notFound };
    await repository.updateResource(fields as ProjectMembership);
    return { outcome: allOk };
  }
  return { outcome: notFound };
}
