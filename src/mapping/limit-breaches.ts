const BREACHES_UNTIL_DISABLED = 2;

/** Counts on how many items each expression exceeded a limit. After two an expression is disabled. */
export interface LimitBreaches {
  count(expression: string, message: string): void;
  isDisabled(expression: string): boolean;
  /** Why an expression was not run. */
  reason(expression: string): string;
}

export function createLimitBreaches(): LimitBreaches {
  const found = new Map<string, { count: number; message: string }>();
  return {
    count(expression, message) {
      found.set(expression, { count: (found.get(expression)?.count ?? 0) + 1, message });
    },
    isDisabled: (expression) => (found.get(expression)?.count ?? 0) >= BREACHES_UNTIL_DISABLED,
    reason: (expression) => {
      const breach = found.get(expression);
      return breach === undefined ? 'it was not run' : `disabled after two items on which it ${breach.message}`;
    },
  };
}
