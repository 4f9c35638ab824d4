/** Tells whether a text has the searched name in it: in any case, and whatever stands between the parts of names. */
export function matcherOf(q: string): (text: string) => boolean {
  const wanted = plain(q);
  return (text) => plain(text).includes(wanted);
}

/** Komodor writes `Deployment|prod|shop|cart` and `Deployment/prod/shop/cart` of what is `Deployment-prod-shop-cart` in Port. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[\s|/]/g, '-');
}

interface Named {
  readonly identifier: string;
  readonly title: string | null;
  readonly inPort: boolean;
}

/**
 * Puts what is called exactly like the search first, then what begins with it. Among equals comes first what is not in
 * Port, so that many others do not hide it; the rest stays in its order.
 */
export function bestFirst<T extends Named>(found: readonly T[], q: string): readonly T[] {
  const wanted = plain(q);
  const rank = ({ identifier, title, inPort }: T) => {
    const names = [identifier, title ?? ''].map(plain);
    const match = names.includes(wanted) ? 0 : names.some((name) => name.startsWith(wanted)) ? 2 : 4;
    return match + (inPort ? 1 : 0);
  };
  return found.toSorted((a, b) => rank(a) - rank(b));
}
