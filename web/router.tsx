import { signal } from '@preact/signals';
import type { AnchorHTMLAttributes, ComponentChildren } from 'preact';
import { BASE } from './page-info.ts';

export interface Place {
  /** Without the base, with a slash in front: `/runs/latest`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

function here(): Place {
  const { pathname, search } = location;
  const path = pathname.startsWith(BASE) ? `/${pathname.slice(BASE.length)}` : pathname;
  return { path: path.length > 1 ? path.replace(/\/$/, '') : path, query: new URLSearchParams(search) };
}

/** Where the person is. Every view and every filter is in it. */
export const place = signal<Place>(here());

addEventListener('popstate', () => {
  place.value = here();
});

type Query = Readonly<Record<string, string | undefined>>;

/** The address of a view, for links. @param to such as `/runs/latest`, also with a query */
function hrefOf(to: string): string {
  return `${BASE}${to.replace(/^\//, '')}`;
}

export function navigate(to: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, '', hrefOf(to));
  else {
    history.pushState(null, '', hrefOf(to));
    scrollTo(0, 0);
  }
  place.value = here();
}

/** Changes filters: undefined or empty takes one away. Goes on in the same place of the history. */
export function setQuery(changes: Query): void {
  const query = new URLSearchParams(place.peek().query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  navigate(`${place.peek().path}${text === '' ? '' : `?${text}`}`, { replace: true });
}

/** A path of parts that come from outside: each is encoded. */
export function pathOf(...parts: readonly string[]): string {
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'role'> & {
  readonly to: string;
  readonly children: ComponentChildren;
};

/** A link to a view of this page. */
export function Link({ to, onClick, children, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={hrefOf(to)}
      onClick={(event) => {
        onClick?.(event);
        const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (!isPlain || event.defaultPrevented) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
