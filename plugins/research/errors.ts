import type { ErrorTable } from '../../src/plugin/sdk.ts';
import { errorFactory } from '../../src/plugin/sdk.ts';

/** Errors of the research plugin. No text ever holds a number of people. */
export const RESEARCH_ERRORS = {
  RESEARCH_NOT_OPENED: {
    status: 403,
    issue: 'forbidden',
    text: 'No access policy opens what this measure counts to aggregates',
  },
  RESEARCH_PARAMETER_INVALID: {
    status: 400,
    issue: 'invalid',
    text: 'The parameter {name} is not usable: {reason}',
  },
  RESEARCH_PERIOD_OPEN: {
    status: 422,
    issue: 'business-rule',
    text: 'The period is not over yet',
  },
  RESEARCH_MEASURE_UNSUPPORTED: {
    status: 422,
    issue: 'not-supported',
    text: 'The measure cannot be evaluated: {reason}',
  },
  RESEARCH_STRATA_DIFFER: {
    status: 422,
    issue: 'suppressed',
    text: 'Another release has divided people by {parameter} at other values; both together would divide them too finely',
  },
  RESEARCH_TOO_CLOSE: {
    status: 422,
    issue: 'suppressed',
    text: 'The result differs too little from what was released before; both together would tell about single persons',
  },
  RESEARCH_BUDGET_SPENT: {
    status: 429,
    issue: 'throttled',
    text: 'All evaluations of this day are spent',
  },
} as const satisfies ErrorTable;

/** Makes an error of the research plugin. */
export const researchError = errorFactory(RESEARCH_ERRORS);
