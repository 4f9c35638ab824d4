/** What the server wrote into the page's template. */
function contentOf(selector: string): string {
  return document.querySelector<HTMLMetaElement>(selector)?.content ?? '';
}

/** The version of the service that sent the page. */
export const VERSION = contentOf('meta[name=komodor-port]');

/** The path under which the service is reached, with a slash at its end: `/` or `/komodor/`. */
export const BASE = new URL(document.baseURI).pathname;

/** Allows style elements of this page (Content-Security-Policy). Browsers hide the attribute; the property has it. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
}
