/** What a link of Komodor names within a cluster. */
export interface Named {
  readonly namespace: string;
  readonly name: string;
}

const NAMESPACE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** The id of the event in a link; undefined when it has none. */
export function eventIdIn(link: string | undefined): string | undefined {
  return urlOf(link)?.searchParams.get('eventId') || undefined;
}

/**
 * Parses a segment of a link's path like `<account>.<cluster>-<namespace>.<name>` with the known cluster. Undefined when
 * there is no such segment, or when it is ambiguous.
 */
export function namedIn(link: string | undefined, cluster: string): Named | undefined {
  const parts = urlOf(link)?.pathname.split('/').map(decoded) ?? [];
  const found = parts.flatMap((part) => readingsOf(part, cluster));
  return found.length === 1 ? found[0] : undefined;
}

/** All ways to parse a segment. A namespace contains no dot. An account or a name may contain the cluster's name. */
function readingsOf(part: string, cluster: string): readonly Named[] {
  const mark = `.${cluster}-`;
  const found: Named[] = [];
  for (let at = part.indexOf(mark, 1); at > 0; at = part.indexOf(mark, at + 1)) {
    const rest = part.slice(at + mark.length);
    const dot = rest.indexOf('.');
    const namespace = rest.slice(0, Math.max(0, dot));
    const name = rest.slice(dot + 1);
    if (NAMESPACE.test(namespace) && name !== '') found.push({ namespace, name });
  }
  return found;
}

function urlOf(link: string | undefined): URL | undefined {
  return link !== undefined && URL.canParse(link) ? new URL(link) : undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
