import { definePlugin } from '../../src/plugin/sdk.ts';
import { consoleConfig } from './config.ts';
import { registerConsole } from './register.ts';

/**
 * The admin console, a web page at `/console`. It has no rights of its own: whoever signs in there sees through the FHIR API
 * what their AccessPolicy shows them.
 */
export default definePlugin({
  name: 'console',
  version: '0.1.0',
  sdk: '^0.1.0',
  requires: ['auth'],
  config: consoleConfig,
  register: registerConsole,
});
