import type { RunReport } from '../../api/documents.ts';
import { Button } from '../../ui/button.tsx';
import { FieldMap } from './field-map.tsx';
import { Problems } from './problems.tsx';
import { lanesOfReport, RunLanes } from './run-lanes.tsx';

/** What is below the rows: problems, where the time went, and the fields of the mapping. */
export function RunSections({ report }: { readonly report: RunReport }) {
  return (
    <>
      <div id="run-problems">
        <Problems runId={report.runId} />
      </div>
      <div id="run-lanes">
        <RunLanes source={lanesOfReport(report)} expected={report.kinds.map(({ kind }) => kind)} />
      </div>
      {report.mode === 'resync' && (
        <div id="run-fields">
          <FieldMap runId={report.runId} />
        </div>
      )}
    </>
  );
}

/** Leads to what is below the rows. An anchor would lead away: addresses are relative to the base. */
export function SectionButtons({ report }: { readonly report: RunReport }) {
  const errors = report.problems.filter(({ severity }) => severity === 'error').length;
  const warnings = report.problems.length - errors;
  const said = [
    ...(errors > 0 ? [`${errors} ${errors === 1 ? 'error' : 'errors'}`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ];
  const go = (id: string) => document.getElementById(id)?.scrollIntoView();
  return (
    <p class="row">
      <Button onClick={() => go('run-problems')}>Problems: {said.join(', ') || 'none'}</Button>
      {report.lanes !== undefined && <Button onClick={() => go('run-lanes')}>Where the time went</Button>}
      {report.mode === 'resync' && <Button onClick={() => go('run-fields')}>Fields over runs</Button>}
    </p>
  );
}
