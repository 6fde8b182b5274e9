// Takes from this process what the code of a bot must not have, before that code is there. The permission model of Node
// closes files, processes, threads and addons; this closes what it leaves open: sockets, name lookups, signals.
import dgram from 'node:dgram';
import dns from 'node:dns';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';

/** Members of `process` that Node itself goes on needing; none of them reaches outside. */
const KEPT: ReadonlySet<string> = new Set([
  'version',
  'versions',
  'arch',
  'platform',
  'release',
  'domain',
  '_exiting',
  'exitCode',
  'config',
  '_events',
  '_eventsCount',
  '_maxListeners',
  '_fatalException',
  'emitWarning',
  'nextTick',
  '_tickCallback',
  'features',
  'env',
  'hrtime',
  'uptime',
  'memoryUsage',
  'allowedNodeEnvironmentFlags',
  'setUncaughtExceptionCaptureCallback',
  'hasUncaughtExceptionCaptureCallback',
  'noProcessWarnings',
  'sourceMapsEnabled',
]);

/** Members that Node does not let go of: texts, and what tells of permissions and gives none. */
const FIXED: ReadonlySet<PropertyKey> = new Set([
  'argv0',
  'execPath',
  'permission',
  Symbol.toStringTag,
]);

/** Globals that a bot has no use for or gets in another form. */
const GLOBALS = [
  'process',
  'fetch',
  'WebSocket',
  'EventSource',
  'WebAssembly',
  'BroadcastChannel',
  'Worker',
  'MessageChannel',
  'MessagePort',
  'SharedArrayBuffer',
  'localStorage',
  'sessionStorage',
  'Storage',
  'navigator',
  'Navigator',
  'global',
  'gc',
] as const;

const HANDLE_VERBS =
  /^(?:open|bind|bind6|bind2|listen|connect|connect6|send|send6|query.*|getHostByAddr|cancel|setServers|setLocalAddress|addMembership|fchmod|resolve.*)$/;

function refused(): never {
  throw new TypeError('A bot has no such thing');
}

/** Replaces what a prototype of the native handles can do; whoever gets hold of a socket can open nothing with it. */
function silence(handle: object | null | undefined): void {
  if (handle === null || handle === undefined) throw new TypeError('There is no handle to close');
  const prototype = Object.getPrototypeOf(handle) as object;
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (HANDLE_VERBS.test(name)) seal(prototype, name, refused);
  }
}

function seal(target: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    writable: false,
    enumerable: false,
    configurable: false,
  });
}

/** Functions and classes of a module are replaced in place: modules inside of Node look them up when they are needed. */
function closeModule(module: object): void {
  for (const name of Object.getOwnPropertyNames(module)) {
    const descriptor = Object.getOwnPropertyDescriptor(module, name);
    if (descriptor?.configurable === true && typeof descriptor.value === 'function') {
      seal(module, name, refused);
    }
  }
}

function tcpHandle(): object {
  const socket = new net.Socket();
  socket.on('error', () => undefined);
  socket.connect(1, '127.0.0.1');
  const { _handle: handle } = socket as unknown as { readonly _handle: object };
  // Destroyed in the same turn: the connection is begun in the next one, and finds nothing to begin with.
  socket.destroy();
  return handle;
}

function udpHandle(): object {
  const socket = dgram.createSocket('udp4');
  const state = Object.getOwnPropertySymbols(socket)
    .map((symbol) => (socket as unknown as Record<symbol, unknown>)[symbol])
    .find((value) => typeof value === 'object' && value !== null && 'handle' in value);
  const { handle } = state as { readonly handle: object };
  socket.close();
  return handle;
}

function resolverHandle(): object {
  return (new dns.Resolver() as unknown as { readonly _handle: object })._handle;
}

function closeProcess(own: NodeJS.Process): void {
  for (const name of Reflect.ownKeys(own)) {
    if (typeof name === 'string' && KEPT.has(name)) continue;
    if (typeof name === 'symbol' && name !== Symbol.toStringTag) continue;
    Reflect.deleteProperty(own, name);
    if (Object.hasOwn(own, name) && !FIXED.has(name))
      throw new TypeError(`process.${String(name)} stays`);
  }
}

/**
 * Closes this process. What is kept of it afterwards: the language, timers, `URL`, text and web crypto.
 * @param channel socket to the server; the kind of its handle loses its verbs as well, but for reading and writing
 * @param listeners what is told of errors afterwards
 * @throws TypeError where something cannot be closed: then nothing may run here
 */
export function closeProcessDown(
  channel: net.Socket,
  listeners: readonly (readonly [name: string, listener: (error: unknown) => void])[],
): void {
  const resolver = resolverHandle();
  const udp = udpHandle();
  const tcp = tcpHandle();
  for (const handle of [tcp, udp, resolver]) silence(handle);
  silence((channel as unknown as { readonly _handle: object })._handle);
  for (const module of [dns.promises, dns, dgram, tls, https, http2, http]) closeModule(module);
  for (const name of ['connect', 'createConnection', 'createServer'] as const) {
    seal(net, name, refused);
  }
  seal(net.Socket.prototype, 'connect', refused);
  seal(net.Server.prototype, 'listen', refused);
  // Under this name the implementation of fetch looks for who makes its connections.
  seal(globalThis, Symbol.for('undici.globalDispatcher.1'), { dispatch: refused, close: refused });
  const own = process;
  for (const name of GLOBALS) {
    Reflect.deleteProperty(globalThis, name);
    if (name in globalThis) throw new TypeError(`The global ${name} stays`);
  }
  closeProcess(own);
  for (const [name, listener] of listeners) own.on(name as 'uncaughtException', listener);
}
