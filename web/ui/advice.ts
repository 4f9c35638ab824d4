/** What to do about a problem that its own words leave open; by the code of docs/http.md. */
const ADVICE: Readonly<Record<string, string>> = {
  token_not_configured:
    'Set API_TOKEN where the service gets its settings and start it again: this page then asks for the token. Until then it shows what there is, and changes nothing.',
  unauthorized: 'Enter the token, and try again.',
  queue_unavailable: 'Redis does not answer: see its log, and /health/ready.',
  unreachable: 'It may be starting again, or the network in between is gone.',
};

export function adviceOn(code: string): string | undefined {
  return ADVICE[code];
}
