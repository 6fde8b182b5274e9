import { parentPort } from 'node:worker_threads';
import { installedDefinitions } from '../../definitions/published.ts';
import { readTexts } from './published-texts.ts';

const texts = await readTexts(await installedDefinitions());
parentPort?.postMessage(texts, [texts.bytes.buffer]);
