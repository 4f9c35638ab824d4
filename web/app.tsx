import { useEffect, useRef } from 'preact/hooks';
import { place } from './router.tsx';
import { routeOf } from './routes.tsx';
import { Banner } from './shell/banner.tsx';
import { NotFound } from './shell/not-found.tsx';
import { TokenDialog } from './shell/token-dialog.tsx';
import { TopBar } from './shell/top-bar.tsx';

export function App() {
  const { path } = place.value;
  const route = routeOf(path);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);

  // A new view is announced by its heading; the first one is announced by the browser.
  useEffect(() => {
    const heading = main.current?.querySelector('h1');
    document.title = `${heading?.textContent ?? 'komodor-port'} · komodor-port`;
    if (!first.current) heading?.focus({ preventScroll: true });
    first.current = false;
  }, [path]);

  return (
    <>
      <TopBar path={path} />
      <Banner />
      <main ref={main} class="main">
        {route === undefined ? <NotFound path={path} /> : <route.part key={path} params={route.params} />}
      </main>
      <TokenDialog />
    </>
  );
}
