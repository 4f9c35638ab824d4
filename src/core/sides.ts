/** Something of each system. Of the cluster only where one is read. */
export interface PerSide<T> {
  readonly komodor: T;
  readonly port: T;
  readonly kubernetes?: T;
}

/** The same of each side, made anew. */
export function mapSides<T, U>({ komodor, port, kubernetes }: PerSide<T>, change: (one: T) => U): PerSide<U> {
  return {
    komodor: change(komodor),
    port: change(port),
    ...(kubernetes === undefined ? {} : { kubernetes: change(kubernetes) }),
  };
}

export const SIDES = ['komodor', 'port', 'kubernetes'] as const satisfies readonly (keyof PerSide<unknown>)[];
