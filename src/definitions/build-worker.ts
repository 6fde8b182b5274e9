// The thread that reduces the published FHIR definitions; see build-apart.ts.
import { parentPort } from 'node:worker_threads';
import { buildDefinitions } from './build.ts';
import { installedDefinitions } from './published.ts';

parentPort?.postMessage(await buildDefinitions(await installedDefinitions()));
