import { useEffect, useRef } from 'preact/hooks';
import { place } from './router.tsx';
import { routeOf } from './routes.tsx';
import { useAnnounced } from './shell/announce.ts';
import { Banner } from './shell/banner.tsx';
import { Footer } from './shell/footer.tsx';
import { NotFound } from './shell/not-found.tsx';
import { loadOverlays, overlays } from './shell/overlay.ts';
import { TokenDialog } from './shell/token-dialog.tsx';
import { TopBar } from './shell/top-bar.tsx';

export function App() {
  const { path } = place.value;
  const route = routeOf(path);
  const main = useRef<HTMLElement>(null);
  const Overlays = overlays.value;
  useAnnounced(main, path);
  useEffect(loadOverlays, []);

  return (
    <>
      <button type="button" class="button skip" onClick={() => main.current?.focus()}>
        To the content
      </button>
      <TopBar path={path} />
      <Banner />
      <main ref={main} id="main" tabIndex={-1} class="main">
        {route === undefined ? <NotFound path={path} /> : <route.part key={path} params={route.params} />}
      </main>
      <Footer />
      {Overlays && <Overlays />}
      <TokenDialog />
    </>
  );
}
