/**
 * `npm run -s config -- explain [options of the server]`: the effective configuration with the source of every value.
 * `npm run -s config -- schema`: JSON Schema of the configuration files.
 */
import { explainText } from '../src/config/explain.ts';
import { loadConfigWithSources } from '../src/config/load.ts';
import { ConfigError } from '../src/config/problem.ts';
import { processSources } from '../src/config/process-sources.ts';
import { configJsonSchema } from '../src/config/settings-list.ts';

const [command, ...options] = process.argv.slice(2);
if (command === 'schema') console.log(JSON.stringify(configJsonSchema(), null, 2));
else if (command === 'explain') {
  try {
    console.log(explainText(loadConfigWithSources(processSources(options))));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
} else {
  console.error('config explain | config schema');
  process.exitCode = 2;
}
