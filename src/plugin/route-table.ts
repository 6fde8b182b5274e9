import { PluginError } from './plugin-error.ts';
import type { RouteHandler } from './sdk.ts';

interface Route {
  readonly prefix: string;
  readonly owner: string;
  readonly handler: RouteHandler | undefined;
}

const PREFIX = /^(\/[A-Za-z0-9._~$-]+)+$/;

/** Routes of all plugins by prefix. Looking up a path costs one map access where no plugin is concerned. */
export class RouteTable {
  readonly #byFirstSegment = new Map<string, Route[]>();

  /** @param reserved prefixes of the host, which no plugin may take over. */
  constructor(reserved: readonly string[]) {
    for (const prefix of reserved)
      this.#insert({ prefix, owner: 'the server', handler: undefined });
  }

  /**
   * Gives `prefix` and everything below it to a plugin. Within what it owns a plugin may register again; the longest
   * prefix then wins.
   * @throws PluginError `PLUGIN_ROUTE_INVALID`, `PLUGIN_ROUTE_TAKEN`
   */
  add(owner: string, prefix: string, handler: RouteHandler): void {
    if (!PREFIX.test(prefix) || /\/\.\.?(\/|$)/.test(prefix)) {
      throw new PluginError('PLUGIN_ROUTE_INVALID', owner, { prefix });
    }
    for (const route of this.#byFirstSegment.get(firstSegment(prefix)) ?? []) {
      const overlaps = covers(route.prefix, prefix) || covers(prefix, route.prefix);
      if (overlaps && (route.owner !== owner || route.prefix === prefix)) {
        const parameters = { prefix, other: route.prefix, owner: route.owner };
        throw new PluginError('PLUGIN_ROUTE_TAKEN', owner, parameters);
      }
    }
    this.#insert({ prefix, owner, handler });
  }

  /** The handler of a path (of a parsed URL, so without `.` and `..` segments), or undefined: not a plugin's. */
  find(path: string): RouteHandler | undefined {
    const routes = this.#byFirstSegment.get(firstSegment(path));
    return routes?.find((route) => covers(route.prefix, path))?.handler;
  }

  /** Prefixes that plugins have taken, with the plugin before each, in the order of the alphabet. */
  describe(): readonly string[] {
    return [...this.#byFirstSegment.values()]
      .flat()
      .filter(({ handler }) => handler !== undefined)
      .map(({ owner, prefix }) => `${owner} ${prefix}`)
      .sort();
  }

  #insert(route: Route): void {
    const key = firstSegment(route.prefix);
    const routes = [...(this.#byFirstSegment.get(key) ?? []), route];
    routes.sort((a, b) => b.prefix.length - a.prefix.length);
    this.#byFirstSegment.set(key, routes);
  }
}

function covers(prefix: string, path: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');
}

function firstSegment(path: string): string {
  const end = path.indexOf('/', 1);
  return end === -1 ? path : path.slice(0, end);
}
