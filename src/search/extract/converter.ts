import type { IndexValue } from '../index-values.ts';

/** Takes an index value. */
export type Add = (value: IndexValue) => void;

/** Turns one FHIR value into index values of a parameter. */
export type Convert = (value: unknown, param: string, add: Add) => void;
