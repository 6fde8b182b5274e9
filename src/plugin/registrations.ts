import type { Logger } from 'pino';
import { Capabilities } from './capabilities.ts';
import { HookRunner } from './hook-runner.ts';
import { Lifecycle } from './lifecycle.ts';
import { OperationTable } from './operation-table.ts';
import { PluginError } from './plugin-error.ts';
import { RouteTable } from './route-table.ts';
import type { Authenticator } from './sdk.ts';

/** Time limits in milliseconds. */
export interface PluginLimits {
  /** For `register`, migrations not counted. */
  readonly register: number;
  /** For one hook in one request. */
  readonly hook: number;
  /** For one `onReady` or `onClose` step. */
  readonly lifecycle: number;
}

/** Everything that all plugins have registered. */
export class Registrations {
  readonly routes: RouteTable;
  readonly operations = new OperationTable();
  readonly hooks: HookRunner;
  readonly capabilities = new Capabilities();
  readonly lifecycle: Lifecycle;
  #authenticator: { readonly plugin: string; readonly authenticator: Authenticator } | undefined;

  constructor(log: Logger, limits: PluginLimits, reservedPrefixes: readonly string[]) {
    this.routes = new RouteTable(reservedPrefixes);
    this.hooks = new HookRunner(log, limits.hook);
    this.lifecycle = new Lifecycle(log, limits.lifecycle);
  }

  get authenticator(): Authenticator | undefined {
    return this.#authenticator?.authenticator;
  }

  /** Name of the plugin that verifies access tokens. */
  get authenticatorOwner(): string | undefined {
    return this.#authenticator?.plugin;
  }

  /** @throws PluginError `PLUGIN_AUTHENTICATOR_TAKEN` */
  setAuthenticator(plugin: string, authenticator: Authenticator): void {
    if (this.#authenticator !== undefined) {
      const owner = this.#authenticator.plugin;
      throw new PluginError('PLUGIN_AUTHENTICATOR_TAKEN', plugin, { owner });
    }
    this.#authenticator = { plugin, authenticator };
  }
}
