import type { PluginHost } from '../../src/plugin/sdk.ts';
import { approveBreakGlass } from './break-glass/approve.ts';
import { beginBreakGlass } from './break-glass/begin.ts';
import { endBreakGlass } from './break-glass/end.ts';
import type { SupportConfig } from './config.ts';

/** Composes the plugin: three operations on a patient. */
export function registerSupport(host: PluginHost<SupportConfig>): void {
  const at = { level: 'instance', resourceType: 'Patient' } as const;
  host.operation({
    ...at,
    name: 'break-glass',
    documentation: 'Opens the data of one patient to support, for a ticket and a limited time.',
    handle: (call) => beginBreakGlass(host, call),
  });
  host.operation({
    ...at,
    name: 'approve-break-glass',
    documentation: 'A second person lets a break-glass begin.',
    handle: (call) => approveBreakGlass(host, call),
  });
  host.operation({
    ...at,
    name: 'end-break-glass',
    documentation: 'Ends what the caller has opened of the patient, at once.',
    handle: (call) => endBreakGlass(host, call),
  });
}
