// Jest transformer: Node's own type stripping keeps line and column numbers, so no source maps are needed.
import { stripTypeScriptTypes } from 'node:module';

export default {
  process(source) {
    return { code: stripTypeScriptTypes(source, { mode: 'strip' }) };
  },
};
