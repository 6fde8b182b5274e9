/** A resource as the resolvers see it. */
export interface GraphResource {
  readonly resourceType: string;
  readonly id: string;
  readonly [element: string]: unknown;
}
