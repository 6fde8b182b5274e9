/** A job was cancelled, or another node has got on with it: whoever works on it stops without a word. */
export class JobGone extends Error {}
