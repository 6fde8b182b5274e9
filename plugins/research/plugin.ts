import { definePlugin } from '../../src/plugin/sdk.ts';
import { researchConfig } from './config.ts';
import { registerResearch } from './register.ts';

/** Aggregates for sponsors: measures of a fixed catalogue, with protection against finding persons in them. */
export default definePlugin({
  name: 'research',
  version: '0.1.0',
  sdk: '^0.1.0',
  config: researchConfig,
  accessPolicy: {
    resource: [
      { resourceType: 'Measure', criteria: 'Measure?status=active', interaction: ['read'] },
    ],
  },
  register: registerResearch,
});
