import { SETTING_GROUPS } from '../../src/config/setting-info.ts';
import { listSettings, type SettingKey } from '../../src/config/settings-schema.ts';

/** The settings as the table of docs/configuration.md and as .env.example: what the tests compare the files with. */

type Info = ReturnType<typeof listSettings>[number];

const REQUIRED: readonly SettingKey[] = ['komodorApiKey', 'portClientId', 'portClientSecret'];

export function settingsTable(): string {
  return SETTING_GROUPS.map((group) =>
    [
      `### ${group}`,
      '',
      "| Setting | Ocean's name | Default | Meaning |",
      '|---|---|---|---|',
      ...inGroup(group).map(
        (info) =>
          `| \`${info.name}\` | ${codes(info.oceanNames)} | ${defaultOf(info)} | ${info.description}${info.secret ? ' Secret.' : ''} |`,
      ),
    ].join('\n'),
  ).join('\n\n');
}

export function envExample(): string {
  const blocks = SETTING_GROUPS.flatMap((group) => [
    `# --- ${group} ---`,
    ...inGroup(group).map((info) => {
      const isRequired = REQUIRED.includes(info.key);
      return `# ${info.description.replaceAll('`', '')}\n${isRequired ? '' : '# '}${info.name}=${info.default ?? ''}`;
    }),
  ]);
  return `# Copy to .env and fill in. Real environment variables beat this file. docs/configuration.md says more.\n\n${blocks.join('\n\n')}\n`;
}

function inGroup(group: string): readonly Info[] {
  return listSettings().filter((info) => info.group === group);
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function defaultOf(info: Info): string {
  if (info.default === null) return REQUIRED.includes(info.key) ? 'required' : 'unset';
  return info.default === '' ? 'none' : `\`${info.default}\``;
}
