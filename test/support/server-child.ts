/**
 * The real server as a process of its own, for tests that kill it: gets its settings as JSON in the first argument,
 * prints its URL, and stops when its standard input closes.
 */
import { once } from 'node:events';
import { pino } from 'pino';
import { systemClock } from '../../src/clock.ts';
import type { Config } from '../../src/config/config.ts';
import { startServer } from '../../src/server.ts';

const [settings = ''] = process.argv.slice(2);
const { config, pluginDirectory, botDirectory } = JSON.parse(settings) as {
  readonly config: Config;
  readonly pluginDirectory: string;
  readonly botDirectory: string;
};
const server = await startServer({
  config,
  log: pino({ level: 'fatal' }),
  clock: systemClock,
  version: '0.0.0-test',
  pluginDirectory,
  botDirectory,
});
process.stdout.write(`${server.url}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await server.close();
process.exit(0);
