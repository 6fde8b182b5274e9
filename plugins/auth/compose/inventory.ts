import type { RouteHandler } from '../../../src/plugin/sdk.ts';
import { serviceAccountRoute } from '../clients/admin-route.ts';
import { readInventory } from '../clients/inventory.ts';
import { serviceAccountReport } from '../clients/service-account-report.ts';
import { warnOwners } from '../clients/warn-owners.ts';
import type { AuthCore } from './core.ts';

/** The inventory of service accounts. */
export interface Inventory {
  readonly route: RouteHandler;
  /** Warns of accounts that need looking after; to be called every hour. */
  warn(): Promise<number>;
}

export function composeInventory(core: AuthCore): Inventory {
  const { audit, clients, database, host, ring } = core;
  const { clock, config, log } = host;
  const rules = config.inventory;
  return {
    route: serviceAccountRoute({
      host,
      clients,
      report: async () => serviceAccountReport(await readInventory(database), rules, clock.now()),
      signingKey: () => ring.signing().active,
      adminPolicies: config.identities.adminPolicies,
    }),
    warn: () => warnOwners({ database, rules, clock, log, audit }),
  };
}
