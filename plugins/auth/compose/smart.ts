import type { ClientSource } from '../service/client-source.ts';
import { type LaunchStore, launchStore } from '../smart/launch-store.ts';
import { type LaunchParts, smartLaunch } from '../smart/launch-operation.ts';
import { type Launching, launching } from '../smart/launching.ts';
import type { AuthCore } from './core.ts';

/** Launches of SMART apps. */
export interface SmartPart {
  readonly launches: LaunchStore;
  readonly launching: Launching;
}

/** Composes the launches, and offers `$smart-launch`, with the client in the URL or as a parameter. */
export function composeSmart(core: AuthCore, clients: ClientSource): SmartPart {
  const { audience, box, chosen, database, host } = core;
  const launches = launchStore(database, box, host.clock);
  const parts: LaunchParts = {
    launches,
    issuer: audience,
    async launchUrl(clientId) {
      const url = (await clients.metadata(clientId))?.['launch_url'];
      return typeof url === 'string' ? url : undefined;
    },
    now: () => host.clock.now(),
  };
  const operation = {
    name: 'smart-launch',
    documentation: 'Gives the URL that opens a SMART app about a patient or encounter.',
    handle: (call: Parameters<typeof smartLaunch>[1]) => smartLaunch(parts, call),
  } as const;
  host.operation({ ...operation, level: 'system' });
  host.operation({ ...operation, level: 'instance', resourceType: 'ClientApplication' });
  return { launches, launching: launching(launches, chosen) };
}
