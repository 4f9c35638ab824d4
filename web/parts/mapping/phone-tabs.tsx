import { setQuery } from '../../router.tsx';
import { Segments } from '../../ui/segments.tsx';

export const PHONE_TABS = [
  { value: 'item', text: 'Raw item' },
  { value: 'mapping', text: 'Mapping' },
  { value: 'entity', text: 'What comes out' },
] as const;

type Tab = (typeof PHONE_TABS)[number]['value'];

/** On a phone one column is shown at a time. */
export function PhoneTabs({ tab }: { readonly tab: Tab }) {
  return (
    <Segments label="Column" segments={PHONE_TABS} chosen={tab} onChoose={(value) => setQuery({ tab: value ?? tab })} />
  );
}
