const STRIKES = 2;

/** Remembers which expressions blew a limit. After two items an expression is not run any more. */
export interface Strikes {
  strike(expression: string, message: string): void;
  isDisabled(expression: string): boolean;
  /** Why a disabled expression gave nothing. */
  reason(expression: string): string;
}

export function createStrikes(): Strikes {
  const found = new Map<string, { count: number; message: string }>();
  return {
    strike(expression, message) {
      found.set(expression, { count: (found.get(expression)?.count ?? 0) + 1, message });
    },
    isDisabled: (expression) => (found.get(expression)?.count ?? 0) >= STRIKES,
    reason: (expression) => {
      const strike = found.get(expression);
      return strike === undefined ? 'it was not run' : `disabled after two items on which it ${strike.message}`;
    },
  };
}
