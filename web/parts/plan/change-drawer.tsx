import { Link, pathOf } from '../../router.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Drawer } from '../../ui/drawer.tsx';
import { FromTo } from '../../ui/from-to.tsx';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { quoted } from '../../ui/visible.ts';
import { changedFields } from './changed-fields.ts';
import { type Change, titleOf } from './plan-rows.ts';

/** One change whole: every field from and to, or why the entity would go. */
export function ChangeDrawer({ change, onClose }: { readonly change: Change; readonly onClose: () => void }) {
  const { action, blueprint, identifier, reason, detail, blocked } = change;
  const fields = changedFields(change);
  return (
    <Drawer title={<Name text={titleOf(change) ?? identifier} />} label={`Change of ${identifier}`} onClose={onClose}>
      <p class="row">
        <StatusMark name={action} />
        {blocked === true && <StatusMark name="held_back" />}
        <span class="quiet">
          <Name text={blueprint} /> <Name text={identifier} />
        </span>
      </p>
      {action === 'delete' && (
        <p>
          <strong>{reason ?? 'No reason is known'}</strong>
          {detail !== undefined && (
            <>
              : <Name text={detail} />
            </>
          )}
        </p>
      )}
      {fields.length > 0 && (
        <table class="fields">
          <tbody>
            {fields.map(({ name, change: values }) => (
              <tr key={name}>
                <th scope="row">
                  <Name text={name} />
                </th>
                <td>
                  <FromTo change={values} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p class="row">
        <Link to={pathOf('catalog', blueprint, identifier)}>Why? Explain this entity</Link>
        <CopyCommand
          cli={`komodor-port explain ${quoted(blueprint)} ${quoted(identifier)}`}
          curl={{ path: `v1/entities/${encodeURIComponent(blueprint)}/${encodeURIComponent(identifier)}` }}
        />
      </p>
    </Drawer>
  );
}
