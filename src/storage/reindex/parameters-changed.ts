/** Channel on which nodes tell each other that there are other search parameters than before. */
export const PARAMETERS_CHANGED = 'diga_parameters_changed';
