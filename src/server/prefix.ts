/** The path of PUBLIC_URL, under which a proxy shows this service: empty, or like `/komodor`. */
export function prefixOf(publicUrl: string | undefined): string {
  if (publicUrl === undefined) return '';
  // Two slashes at the start of an address in a page would lead to another host.
  return new URL(publicUrl).pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
}

/** Takes the prefix away where a proxy has left it. */
export interface PrefixRemover {
  /** Learns the first segment of a route: `v1`, `docs`, … */
  learn(route: string): void;
  /** The address as the routes have it. */
  rewrite(url: string): string;
}

/**
 * Serves both kinds of proxies: those that take the prefix away and those that leave it. What is left of an address must
 * begin like a route of ours. So a prefix may also be called as one of them, such as `/docs`.
 */
export function createPrefixRemover(prefix: string): PrefixRemover {
  const roots = new Set<string>();
  const firstSegment = (path: string) => path.split(/[/?]/, 2)[1] ?? '';
  return {
    learn: (route) => void roots.add(firstSegment(route)),
    rewrite(url) {
      if (prefix === '' || !url.startsWith(prefix)) return url;
      const rest = url.slice(prefix.length);
      const address = rest === '' || rest.startsWith('?') ? `/${rest}` : rest;
      return address.startsWith('/') && roots.has(firstSegment(address)) ? address : url;
    },
  };
}
