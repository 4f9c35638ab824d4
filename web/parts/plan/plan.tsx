import './plan.css';
import { HeldView } from './held-view.tsx';
import { PlanView } from './plan-view.tsx';
import { PlansView } from './plans-view.tsx';

/** Plans, and the approval of what was held back. */
export function PlanPart({ params: { id, blueprint } }: { readonly params: Readonly<Record<string, string>> }) {
  if (id === undefined) return <PlansView />;
  return blueprint === undefined ? <PlanView id={id} /> : <HeldView id={id} blueprint={blueprint} />;
}
