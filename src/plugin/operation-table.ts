import { PluginError } from './plugin-error.ts';
import type { OperationDefinition } from './sdk.ts';

/** An operation with the plugin it belongs to. */
export interface RegisteredOperation extends OperationDefinition {
  readonly plugin: string;
}

/** Operations of all plugins. */
export class OperationTable {
  readonly #byKey = new Map<string, RegisteredOperation>();

  /** @throws PluginError `PLUGIN_OPERATION_INVALID`, `PLUGIN_OPERATION_TAKEN` */
  add(plugin: string, operation: OperationDefinition): void {
    const { name, level, resourceType } = operation;
    const label = `${resourceType ?? level}/$${name}`;
    const reason = whyInvalid(operation);
    if (reason !== undefined) {
      throw new PluginError('PLUGIN_OPERATION_INVALID', plugin, { operation: label, reason });
    }
    const key = keyOf(level, resourceType, name);
    const owner = this.#byKey.get(key)?.plugin;
    if (owner !== undefined) {
      throw new PluginError('PLUGIN_OPERATION_TAKEN', plugin, { operation: label, owner });
    }
    // A prototype rather than a copy, so that `handle` keeps the object it was written on.
    const registered = Object.create(operation, {
      plugin: { value: plugin, enumerable: true },
    }) as RegisteredOperation;
    this.#byKey.set(key, registered);
  }

  /** @param name without the dollar sign. @param type undefined at system level. */
  find(
    level: OperationDefinition['level'],
    type: string | undefined,
    name: string,
  ): RegisteredOperation | undefined {
    return this.#byKey.get(keyOf(level, type, name));
  }

  /** All operations, for the CapabilityStatement. */
  all(): readonly RegisteredOperation[] {
    return [...this.#byKey.values()];
  }
}

function keyOf(level: string, type: string | undefined, name: string): string {
  return level === 'system' ? `system $${name}` : `${level} ${type ?? ''}$${name}`;
}

function whyInvalid(operation: OperationDefinition): string | undefined {
  const { name, level, resourceType, documentation } = operation;
  if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) return 'the name is letters, digits and hyphens';
  if (!['system', 'type', 'instance'].includes(level)) return 'the level is unknown';
  if (level === 'system' && resourceType !== undefined) return 'at system level there is no type';
  if (level !== 'system' && !/^[A-Z][A-Za-z]{1,60}$/.test(resourceType ?? '')) {
    return 'at type and instance level it names a resource type';
  }
  if (documentation === '') return 'the documentation is empty';
  if (typeof operation.handle !== 'function') return 'there is no handler';
  return undefined;
}
