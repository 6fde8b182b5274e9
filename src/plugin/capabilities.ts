import { PluginError } from './plugin-error.ts';

/** What plugins provide to those that require them. */
export class Capabilities {
  readonly #values = new Map<string, unknown>();

  /** @throws PluginError `PLUGIN_CAPABILITY_TAKEN` */
  provide(plugin: string, capability: string, value: unknown): void {
    const key = `${plugin}/${capability}`;
    if (this.#values.has(key)) {
      throw new PluginError('PLUGIN_CAPABILITY_TAKEN', plugin, { capability });
    }
    this.#values.set(key, value);
  }

  /** @throws PluginError `PLUGIN_CAPABILITY_MISSING` */
  use(
    plugin: string,
    requires: readonly string[],
    { provider, capability }: { provider: string; capability: string },
  ): unknown {
    const key = `${provider}/${capability}`;
    const missing = (reason: string): PluginError =>
      new PluginError('PLUGIN_CAPABILITY_MISSING', plugin, { capability, provider, reason });
    if (!requires.includes(provider)) throw missing('"requires" does not name that plugin');
    if (!this.#values.has(key)) throw missing('that plugin does not provide it');
    return this.#values.get(key);
  }
}
