import { PluginError } from './plugin-error.ts';

/** What ordering looks at. */
export interface Dependent {
  readonly name: string;
  readonly requires?: readonly string[];
}

/**
 * Puts plugins in the order in which they are registered: each after all it requires, otherwise alphabetically, so that
 * the order never depends on the file system.
 * @throws PluginError `PLUGIN_REQUIRES_MISSING`, `PLUGIN_CYCLE`
 */
export function orderByDependency<T extends Dependent>(plugins: readonly T[]): readonly T[] {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  const ordered = new Set<T>();
  const visit = (plugin: T, path: readonly string[]): void => {
    if (ordered.has(plugin)) return;
    if (path.includes(plugin.name)) {
      const cycle = [...path.slice(path.indexOf(plugin.name)), plugin.name].join(' → ');
      throw new PluginError('PLUGIN_CYCLE', plugin.name, { cycle });
    }
    for (const required of [...(plugin.requires ?? [])].sort()) {
      const dependency = byName.get(required);
      if (dependency === undefined) {
        throw new PluginError('PLUGIN_REQUIRES_MISSING', plugin.name, { required });
      }
      visit(dependency, [...path, plugin.name]);
    }
    ordered.add(plugin);
  };
  for (const name of [...byName.keys()].sort()) {
    const plugin = byName.get(name);
    if (plugin !== undefined) visit(plugin, []);
  }
  return [...ordered];
}
