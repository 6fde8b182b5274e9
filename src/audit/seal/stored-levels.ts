/**
 * Of the inner nodes those of every eighth level are stored: one for 256 leaves, one for 65 536 and so on, so that they
 * need next to no room; the nodes between are folded from 256 hashes at most.
 */
export const STORED_LEVELS = 8;

/** Nodes that lie side by side under one stored node. */
export const BLOCK = 2 ** STORED_LEVELS;
