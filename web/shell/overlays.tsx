import { HelpDialog } from './help-dialog.tsx';
import { overlay } from './overlay.ts';
import { SearchDialog } from './search/search-dialog.tsx';

/** What lies over the view. Its code comes after the view's. */
export function Overlays() {
  if (overlay.value === 'search') return <SearchDialog />;
  return overlay.value === 'help' ? <HelpDialog /> : null;
}
