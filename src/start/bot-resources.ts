import type { Bot } from '../bots/discover.ts';
import type { JsonResource } from '../storage/content.ts';

/**
 * The Bot resources of the shipped bots, and the membership of each that has an AccessPolicy (`bot-<name>`). A bot
 * without one runs, but sees nothing.
 */
export function botResources(
  bots: ReadonlyMap<string, Bot>,
  policies: readonly JsonResource[],
): readonly JsonResource[] {
  return [...bots.values()].flatMap(({ manifest: { name, description } }) => {
    const policy = `bot-${name}`;
    const membership = {
      resourceType: 'ProjectMembership',
      id: policy,
      project: { reference: 'Project/default' },
      user: { reference: `Bot/${name}` },
      profile: { reference: `Bot/${name}` },
      access: [{ policy: { reference: `AccessPolicy/${policy}` } }],
    };
    return [
      { resourceType: 'Bot', id: name, name, description },
      ...(policies.some(({ id }) => id === policy) ? [membership] : []),
    ];
  });
}
