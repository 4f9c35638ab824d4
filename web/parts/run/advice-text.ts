export interface AdvicePiece {
  readonly kind: 'text' | 'code' | 'strong';
  readonly text: string;
}

/** A paragraph, or the items of a list. */
export interface AdviceBlock {
  readonly list: boolean;
  readonly lines: readonly (readonly AdvicePiece[])[];
}

/** What docs/errors.md says of a code; undefined: it does not know it. */
export function adviceOn(markdown: string, code: string): readonly AdviceBlock[] | undefined {
  const section = markdown.split(/^### /m).find((one) => one.startsWith(`\`${code}\`\n`));
  if (section === undefined) return undefined;
  const [body = ''] = section.slice(code.length + 2).split(/^#/m);
  return body
    .trim()
    .split(/\n{2,}/)
    .map(blockOf);
}

function blockOf(text: string): AdviceBlock {
  const list = text.startsWith('- ');
  const lines = list ? text.slice(2).split(/\n- /) : [text];
  return { list, lines: lines.map((line) => piecesOf(line.replaceAll(/\s*\n\s*/g, ' '))) };
}

/** Code, strong words, and links without their address, which only leads somewhere in the repository. */
function piecesOf(line: string): readonly AdvicePiece[] {
  const plain = line.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return plain.split(/(`[^`]+`|\*\*[^*]+\*\*)/).flatMap((text): readonly AdvicePiece[] => {
    if (text === '') return [];
    if (text.startsWith('`')) return [{ kind: 'code', text: text.slice(1, -1) }];
    if (text.startsWith('**')) return [{ kind: 'strong', text: text.slice(2, -2) }];
    return [{ kind: 'text', text }];
  });
}
