import type { Logger } from 'pino';
import { fhirError } from '../outcome/codes.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import { summarizeError } from './error-summary.ts';
import type { HookName, HostHooks } from './hooks.ts';
import { TIMED_OUT, withinLimit } from './time-limit.ts';

/** Runs the hooks of a name. */
export interface Hooks {
  /** False means that {@link run} has nothing to do: callers on the request path ask this first. */
  has(name: HookName): boolean;
  /**
   * Runs the hooks one after the other. Where a hook returns a resource or statement, the next one gets it, and the last
   * one's is the result.
   * @throws FhirError what a hook vetoed with; `SERVER_ERROR` when one failed, took too long or returned nonsense. Which
   *   one it was stands in the log only. `SERVER_PROCESSING_COMPLETED` never throws.
   */
  run<Name extends HookName>(
    name: Name,
    ...args: Parameters<HostHooks[Name]>
  ): Promise<Awaited<ReturnType<HostHooks[Name]>>>;
}

interface RegisteredHook {
  readonly plugin: string;
  readonly handler: (...args: unknown[]) => unknown;
}

/** Position of the argument that a hook replaces by what it returns. */
const REPLACED: Readonly<Partial<Record<HookName, number>>> = {
  STORAGE_PRESTORAGE_RESOURCE_CREATED: 1,
  STORAGE_PRESTORAGE_RESOURCE_UPDATED: 1,
  SERVER_CAPABILITY_STATEMENT_GENERATED: 0,
};

/** Hooks of all plugins, in the order of registration. */
export class HookRunner implements Hooks {
  readonly #byName = new Map<HookName, RegisteredHook[]>();
  readonly #log: Logger;
  readonly #limit: number;

  /** @param limit milliseconds that one hook may take. */
  constructor(log: Logger, limit: number) {
    this.#log = log;
    this.#limit = limit;
  }

  add<Name extends HookName>(plugin: string, name: Name, handler: HostHooks[Name]): void {
    const hook = { plugin, handler: handler as RegisteredHook['handler'] };
    this.#byName.set(name, [...(this.#byName.get(name) ?? []), hook]);
  }

  has(name: HookName): boolean {
    return this.#byName.has(name);
  }

  /** `HOOK_NAME: plugin, plugin` for the log of the start. */
  describe(): readonly string[] {
    return [...this.#byName].map(
      ([name, hooks]) => `${name}: ${hooks.map((hook) => hook.plugin).join(', ')}`,
    );
  }

  async run<Name extends HookName>(
    name: Name,
    ...args: Parameters<HostHooks[Name]>
  ): Promise<Awaited<ReturnType<HostHooks[Name]>>> {
    const replaced = REPLACED[name];
    const current: unknown[] = [...args];
    for (const hook of this.#byName.get(name) ?? []) {
      const returned = await this.#call(name, hook, current);
      if (replaced === undefined) continue;
      if (!sameType(returned, current[replaced])) {
        this.#log.error(
          { event: 'hook.result.invalid', plugin: hook.plugin, hook: name },
          'A hook returned no resource of the type it got',
        );
        throw fhirError('SERVER_ERROR');
      }
      current[replaced] = returned;
    }
    return (replaced === undefined ? undefined : current[replaced]) as Awaited<
      ReturnType<HostHooks[Name]>
    >;
  }

  async #call(name: HookName, hook: RegisteredHook, args: readonly unknown[]): Promise<unknown> {
    const subject = { plugin: hook.plugin, hook: name };
    try {
      const returned = hook.handler(...args);
      if (!isThenable(returned)) return returned;
      const result = await withinLimit(returned, this.#limit);
      if (result !== TIMED_OUT) return result;
      this.#log.error(
        { event: 'hook.timeout', ...subject, limit: this.#limit },
        'A hook took too long',
      );
    } catch (error) {
      // After the response nothing can be vetoed any more.
      if (isFhirError(error) && name !== 'SERVER_PROCESSING_COMPLETED') throw error;
      this.#log.error(
        { event: 'hook.failed', ...subject, error: summarizeError(error) },
        'A hook failed',
      );
    }
    if (name === 'SERVER_PROCESSING_COMPLETED') return undefined;
    throw fhirError('SERVER_ERROR');
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

function sameType(returned: unknown, given: unknown): boolean {
  if (typeof returned !== 'object' || returned === null) return false;
  const type = (resource: unknown): unknown =>
    (resource as { resourceType?: unknown }).resourceType;
  return type(returned) === type(given);
}
