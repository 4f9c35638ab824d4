/** `group/version/resource` too; an expression of jq is none. */
const NAME = /^[A-Za-z0-9][\w.-]*(?:\/[\w.-]+){0,2}$/;

/** The kinds that the resources of a mapping name, in their order. The text may be broken: what can be read counts. */
export function kindsInText(text: string): readonly string[] {
  const found = text.trimStart().startsWith('{') ? inJson(text) : inYaml(text);
  return [...new Set(found)].filter((name) => NAME.test(name));
}

function inJson(text: string): readonly string[] {
  return [...text.matchAll(/"kind"\s*:\s*"([^"]*)"/g)].map(([, name = '']) => name);
}

/** Only keys of the resources themselves: a property may be called `kind` as well. */
function inYaml(text: string): readonly string[] {
  let itemIndent: number | undefined;
  let keyIndent: number | undefined;
  let inResources = false;
  const found: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    if (/^[^\s#-]/.test(line)) {
      inResources = /^(?:resources|"resources"|'resources')\s*:/.test(line);
      itemIndent = undefined;
      continue;
    }
    if (!inResources) continue;
    const item = /^(\s*)(-\s+)/.exec(line);
    const indent = item?.[1]?.length ?? 0;
    if (item !== null && (itemIndent === undefined || indent === itemIndent)) {
      itemIndent = indent;
      keyIndent = indent + (item[2]?.length ?? 0);
    }
    const key = /^([\s-]*)["']?kind["']?\s*:\s*["']?([^"'#\s]+)/.exec(line);
    if (key !== null && key[1]?.length === keyIndent) found.push(key[2] ?? '');
  }
  return found;
}
