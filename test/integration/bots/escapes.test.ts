import { access, readFile, readlink } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { probeIsolation } from '../../../src/bots/isolated/isolation-level.ts';
import { endProcess, ProcessPool } from '../../../src/bots/isolated/process-pool.ts';
import { skipNote } from '../../support/skip-note.ts';
import { type IsolatedRuns, isolatedRuns } from './isolated-run.ts';

jest.setTimeout(60_000);

/**
 * Ways out that are tried with Node alone, without the namespaces of the kernel: what holds here holds everywhere. Each
 * returns what it got hold of; `shut` where there was nothing.
 */
const SHUT: readonly (readonly [what: string, body: string])[] = [
  [
    'process of the constructor chain',
    "return this.constructor.constructor('return process')().pid",
  ],
  ['code from strings', "return new Function('return 1')()"],
  ['eval', "return (0, eval)('1')"],
  ['an async function from a string', "return await (async () => {}).constructor('return 1')()"],
  ['a generator from a string', "return (function* () {}).constructor('yield 1')().next().value"],
  ['require of child_process', "return require('child_process').execSync('id')"],
  ['require of fs', "return require('node:fs').readFileSync('/etc/passwd')"],
  ['require of net', "return require('net').connect(1)"],
  ['require of module', "return require('module').createRequire('/')('fs')"],
  ['require of vm', "return require('vm').runInThisContext('1')"],
  [
    'require of worker_threads',
    "return new (require('worker_threads').Worker)('1', { eval: true })",
  ],
  ['require of inspector', "return require('inspector').url()"],
  ['require by a prototype name', "return require('constructor')"],
  ['import of net', "return Object.keys(await import('node:net'))"],
  ['import of a file', "return Object.keys(await import('file:///etc/passwd'))"],
  ['import of data', "return Object.keys(await import('data:text/javascript,export default 1'))"],
  ['process.binding', "return process.binding('tcp_wrap')"],
  ['process._linkedBinding', "return process._linkedBinding('fs')"],
  ['process.getBuiltinModule', "return process.getBuiltinModule('net')"],
  ['process.dlopen', "return process.dlopen({}, '/lib/x.so')"],
  ['process.kill of the parent', 'return process.kill(process.ppid, 0)'],
  ['process._debugProcess of the parent', 'return process._debugProcess(process.ppid)'],
  ['process.mainModule', "return process.mainModule.require('fs')"],
  ['process.exit', 'return process.exit(0)'],
  ['module.constructor', "return module.constructor._load('fs')"],
  ['require.main', "return require.main.require('fs')"],
  [
    'the dispatcher of fetch',
    "return globalThis[Symbol.for('undici.globalDispatcher.1')].dispatch({ origin: 'http://127.0.0.1', path: '/', method: 'GET' }, {})",
  ],
  ['WebSocket', "return new WebSocket('ws://127.0.0.1:1').url"],
  ['EventSource', "return new EventSource('http://127.0.0.1:1').url"],
  ['WebAssembly', 'return new WebAssembly.Memory({ initial: 1 }).buffer.byteLength'],
  ['a worker', "return new Worker('data:text/javascript,1')"],
  ['a frozen prototype', "'use strict'; Object.prototype.polluted = 1; return {}.polluted"],
  [
    'a getter on a frozen prototype',
    "Object.defineProperty(Object.prototype, 'noDeprecation', { get() { return this; } }); return 1",
  ],
  ['__proto__', 'const o = {}; o.__proto__.x = 1; return ({}).x'],
  [
    'call sites of errors',
    'Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getThis()).find((one) => one && one.pid); return new Error().stack.pid.toString()',
  ],
  [
    'the process behind a warning',
    "let seen; try { Object.prototype.__defineGetter__('noDeprecation', function () { seen = this; }); } catch {} new Buffer(1); return seen.pid",
  ],
];

let runs: IsolatedRuns;
let listener: Server;
let connections = 0;

beforeAll(async () => {
  runs = isolatedRuns('process');
  listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await runs.close();
  listener.close();
});

describe('a deployed bot cannot leave its process', () => {
  test.each(SHUT)('%s leads nowhere', async (_, body) => {
    const end = await runs.run(
      `try { const got = await (async () => { ${body} })(); return got === undefined ? 'shut' : ['open', String(got).slice(0, 80)]; } catch (error) { return 'shut'; }`,
    );
    expect(end).toEqual({ kind: 'done', output: 'shut' });
  });

  test('what is left of process and of the globals is known', async () => {
    const end = await runs.run(
      "return [Object.keys(process), ['fetch', 'Buffer', 'URL', 'crypto', 'setTimeout', 'global', 'navigator', 'SharedArrayBuffer', 'MessageChannel', 'BroadcastChannel', 'localStorage'].filter((name) => name in globalThis)]",
    );
    expect(end).toEqual({
      kind: 'done',
      output: [
        ['env', 'version', 'versions'],
        ['fetch', 'Buffer', 'URL', 'crypto', 'setTimeout'],
      ],
    });
  });

  test('the environment is empty, and files cannot be read by any loader', async () => {
    const end = await runs.run(
      "const tries = ['/proc/self/environ', '/etc/passwd', '/proc/self/fd/3']; const out = [process.env]; for (const path of tries) { for (const load of [require, (one) => import(one)]) { try { await load(path); out.push(path); } catch {} } } return out",
    );
    expect(end).toEqual({ kind: 'done', output: [{}] });
  });

  test('sockets reached through prototypes open nothing', async () => {
    const { port } = listener.address() as AddressInfo;
    const end = await runs.run(
      `const tried = []; for (const name of Object.getOwnPropertyNames(globalThis)) { const value = globalThis[name]; for (const one of [value, value && value.prototype]) { if (one && typeof one.connect === 'function') { tried.push(name); try { one.connect(${String(port)}, '127.0.0.1'); } catch {} } } } await new Promise((resolve) => setTimeout(resolve, 200)); return tried`,
    );
    expect(end.kind).toBe('done');
    expect(connections).toBe(0);
  });
});

describe('a deployed bot harms nobody but itself', () => {
  const small = isolatedRuns('process', 48);
  afterAll(() => small.close());

  test.each([
    [
      'a heap that grows',
      'const all = []; for (;;) all.push(new Array(100_000).fill({}));',
      /memory|ended with/,
    ],
    [
      'buffers that grow',
      'const all = []; for (;;) all.push(Buffer.alloc(20_000_000, 1));',
      /memory|allocation/i,
    ],
    [
      'typed arrays that grow',
      'const all = []; for (;;) all.push(new Uint8Array(20_000_000).fill(1));',
      /memory|allocation/i,
    ],
    [
      'strings that grow',
      "let text = 'x'; for (;;) text += text;",
      /Invalid string length|memory|ended with/,
    ],
    [
      'a JSON bomb',
      'let all = []; for (let i = 0; i < 60; i += 1) all = [all, all]; return all;',
      /memory|ended with|Invalid|stack/,
    ],
    ['a result that is too large', "return 'x'.repeat(6_000_000)", /too large/],
    ['a result in a circle', 'const all = {}; all.all = all; return all', /circular/i],
    [
      'a result with a getter that throws',
      "return { get x() { throw new Error('gotcha'); } }",
      /gotcha/,
    ],
    [
      'a rejection nobody handles',
      "void Promise.reject(new Error('left alone')); await new Promise(() => undefined)",
      /left alone/,
    ],
    [
      'an error outside of the handler',
      "setTimeout(() => { throw new Error('later'); }, 1); await new Promise(() => undefined)",
      /later/,
    ],
    [
      'an error with getters',
      "throw { get stack() { throw new Error('x'); }, get message() { throw new Error('y'); } }",
      /cannot be looked at/,
    ],
    ['a thrown symbol', "throw Symbol('x')", /thrown symbol/],
    ['a handler that is missing', 'exports.nothing = 1', /no handler/],
    ['endless recursion', 'const f = () => f() + 1; return f()', /call stack/],
  ])('%s ends the run', async (_, body, reason) => {
    const end = await small.run(body);
    expect(end).toMatchObject({ kind: 'failed', reason: expect.stringMatching(reason) });
  });

  test.each([
    ['a loop', 'for (;;);'],
    ['a loop of promises', 'for (;;) await null;'],
    ['a loop before the handler', 'exports.x = 1; for (;;);'],
    ['waiting', 'await new Promise(() => undefined)'],
    ['an expression that backtracks', "return /^(a+)+$/.test('a'.repeat(40) + 'b')"],
  ])('%s is killed at the time limit', async (_, body) => {
    const start = performance.now();
    expect(await small.run(body, { limit: 800 })).toEqual({ kind: 'timeout' });
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  test('a flood of messages ends its run, and the server goes on meanwhile', async () => {
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const body =
      "for (let i = 0; i < 200_000; i += 1) void fetch('https://diga.example/x'); await new Promise(() => undefined)";
    const end = await small.run(body);
    clearInterval(beat);
    expect(end).toMatchObject({ kind: 'failed' });
    expect(longest).toBeLessThan(1_000);
  });

  test('a flood of the console is cut off', async () => {
    const before = small.log.length;
    expect(
      await small.run(
        "for (let i = 0; i < 100_000; i += 1) console.log('x'.repeat(100)); return 1",
      ),
    ).toEqual({ kind: 'done', output: 1 });
    expect(small.log.slice(before).join('').length).toBeLessThan(21_000);
  });

  test('requests to other hosts are for the server to make', async () => {
    const end = await runs.run(
      "try { await fetch('http://169.254.169.254/latest'); return 'open'; } catch (error) { return error.message; }",
    );
    expect(end).toEqual({ kind: 'done', output: 'not allowed' });
  });
});

const namespaces = (await probeIsolation()) === 'namespaces';
const note = namespaces ? undefined : 'this machine gives no namespaces to processes';

describe('with the namespaces of the kernel', () => {
  (namespaces ? test : test.skip)(
    `a process has a network, processes and users of its own${skipNote(note)}`,
    async () => {
      const pool = new ProcessPool('namespaces', 64, 0);
      const taken = await pool.take();
      const outer = String(taken.child.pid);
      const children = await readFile(`/proc/${outer}/task/${outer}/children`, 'utf8');
      const inner = children.trim();
      expect(inner).toMatch(/^\d+$/);
      for (const kind of ['net', 'pid', 'user', 'ipc']) {
        const own = await readlink(`/proc/self/ns/${kind}`);
        expect(await readlink(`/proc/${inner}/ns/${kind}`)).not.toBe(own);
      }
      // No interface is up: not even loopback leads anywhere.
      expect(await readFile(`/proc/${inner}/net/route`, 'utf8')).not.toMatch(/^[a-z]+\d*\t/m);
      const environment = await readFile(`/proc/${inner}/environ`, 'utf8');
      const names = environment.split('\0').map((entry) => entry.split('=', 1)[0]);
      // What the shell needs to find the commands, and sets itself.
      expect(names.filter((name) => name !== '').sort()).toEqual(['PATH', 'PWD']);
      await endProcess(taken);
      await expect(access(`/proc/${inner}`)).rejects.toThrow();
      await pool.close();
    },
  );
});
