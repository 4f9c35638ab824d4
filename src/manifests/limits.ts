/** The limits of a folder. Each is far above what a catalog has, and each is named when it is met. */
export interface Limits {
  /** Of one file. A ConfigMap may have 1 MiB, an object of Kubernetes about the same. */
  readonly fileBytes: number;
  readonly allBytes: number;
  readonly files: number;
  /** Everything in the folder, also what is no manifest. */
  readonly entries: number;
  readonly documents: number;
  /** How many folders may be inside of each other. */
  readonly depth: number;
  /** How long one read may take. */
  readonly ms: number;
}

export const LIMITS: Limits = {
  fileBytes: 2 * 1024 * 1024,
  allBytes: 64 * 1024 * 1024,
  files: 20_000,
  entries: 200_000,
  documents: 100_000,
  depth: 32,
  ms: 120_000,
};

/** A size for people: `4 MiB`, `300 bytes`. */
export function sizeText(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.floor(bytes / 1024 / 1024)} MiB` : `${bytes} bytes`;
}
