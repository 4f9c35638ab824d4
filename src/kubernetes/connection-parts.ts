/** A part of what a connection needs: its text, or the file that holds it and may be renewed. */
export type Part = { readonly name: string; readonly text: string } | { readonly name: string; readonly file: string };

/** What a connection is made of. */
export interface ConnectionParts {
  readonly baseUrl: string;
  readonly namespace: string | undefined;
  readonly origin: string;
  readonly insecure: boolean;
  readonly serverName: string | undefined;
  readonly ca: Part | undefined;
  readonly cert: Part | undefined;
  readonly key: Part | undefined;
  readonly token: Part | undefined;
}
