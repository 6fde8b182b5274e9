/** Channel on which nodes tell each other that a policy or a membership has changed. */
export const ACCESS_CHANGED = 'diga_access_changed';
