/** A part of what a connection needs: its text, or the file that holds it and may be renewed. */
export type Credential =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly file: string };

/** What a connection is made of. */
export interface ConnectionParts {
  readonly baseUrl: string;
  readonly namespace: string | undefined;
  readonly origin: string;
  readonly insecure: boolean;
  readonly serverName: string | undefined;
  readonly ca: Credential | undefined;
  readonly cert: Credential | undefined;
  readonly key: Credential | undefined;
  readonly token: Credential | undefined;
}
