import { readFileSync } from 'node:fs';

const SHIPPED = readFileSync(new URL('../../mappings/komodor.yaml', import.meta.url), 'utf8');

/** The shipped mapping with some of its flags set otherwise, and with more entries (YAML, two spaces in) at its end. */
export function shippedMapping(flags: { readonly [name: string]: string }, entries = ''): string {
  let text = SHIPPED;
  for (const [name, value] of Object.entries(flags)) {
    const line = new RegExp(`^${name}: .*$`, 'm');
    if (!line.test(text)) throw new Error(`The shipped mapping has no ${name}`);
    text = text.replace(line, `${name}: ${value}`);
  }
  return `${text}\n${entries}`;
}

/** The same with its services alone. */
export function servicesMapping(flags: { readonly [name: string]: string }, entries = ''): string {
  const [head = '', services = ''] = shippedMapping(flags).split(/^(?= {2}- kind:)/m);
  return `${head}${services}\n${entries}`;
}
