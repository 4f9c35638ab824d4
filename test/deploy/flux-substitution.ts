/**
 * Puts variables into a text as Flux does after `kustomize build`, in strict mode: `${NAME}`, `${NAME:=default}` (also `:-`
 * and `=`), and `$${` for a `${` that stays. Whatever else Flux knows is refused here: nothing of ours needs it.
 */
export function substitute(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$\{|\$\{([^{}$]*)\}|\$\{/g, (found, inside?: string) => {
    if (found === '$${') return '${';
    const [, name, operator, otherwise = ''] = /^([A-Za-z_]\w*)(?:(:=|:-|=)(.*))?$/s.exec(inside ?? '') ?? [];
    if (name === undefined) throw new Error(`Not a variable of this tree: ${found}`);
    const value = variables[name]?.replaceAll('\n', '');
    if (operator === undefined && value === undefined) {
      throw new Error(`variable not set (strict mode): ${JSON.stringify(name)}`);
    }
    return value === undefined || (value === '' && operator !== undefined) ? otherwise : value;
  });
}

/** Names of the variables in a text, and whether each has a default wherever it stands. */
export function variablesIn(text: string): readonly { readonly name: string; readonly hasDefault: boolean }[] {
  return [...text.matchAll(/(?<!\$)\$\{(\w+)(:=)?/g)].map(([, name = '', operator]) => ({
    name,
    hasDefault: operator !== undefined,
  }));
}
