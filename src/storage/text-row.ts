/** Text of a resource that is searched as words. */
export interface TextRow {
  /** Of the narrative, without markup; `_text`. */
  readonly narrative: string | null;
  /** Of all strings of the resource; `_content`. */
  readonly content: string | null;
}
