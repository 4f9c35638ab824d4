import { createPrivateKey, X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { AppError } from '../core/errors.ts';
import type { Credential } from './connection-parts.ts';

/** A rotated token is noticed after at most this time. */
const FRESH_MS = 60_000;
/** Tokens and certificates are far smaller. */
const LARGEST_FILE = 1024 * 1024;

/** An error about the setting KUBERNETES. */
export function unusable(problem: string, cause?: unknown): AppError {
  return new AppError('settings_invalid', `KUBERNETES: ${problem}`, { cause });
}

/** The text of a file. @param name what the file is, for the message @throws AppError */
export async function readSmallFile(name: string, path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > LARGEST_FILE) throw unusable(`${name}: ${path} is larger than ${LARGEST_FILE} bytes: check the path.`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unusable(`${name}: ${path} cannot be read (${whyNot(error)}): check the path and who may read it.`, error);
  }
}

function whyNot(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return typeof code === 'string' ? code : 'unknown reason';
}

interface Made<T> {
  readonly texts: readonly string[];
  readonly value: T;
}

/**
 * Something made of parts, some of which are files. It is made anew when their text has changed, which is looked at once a
 * minute. What cannot be used then, because only half of it has been renewed, leaves the last one in use.
 */
export class Renewed<T> {
  readonly #parts: readonly Credential[];
  readonly #make: (texts: readonly string[]) => T;
  readonly #now: () => number;
  #last: Made<T> | undefined;
  #lookAgainAt = 0;

  constructor(parts: readonly Credential[], make: (texts: readonly string[]) => T, now: () => number) {
    this.#parts = parts;
    this.#make = make;
    this.#now = now;
  }

  get canChange(): boolean {
    return this.#parts.some((part) => 'file' in part);
  }

  /** @throws AppError when it could never be made */
  async get(): Promise<T> {
    const last = this.#last;
    if (last === undefined) return (await this.#read()).value;
    if (!this.canChange || this.#now() < this.#lookAgainAt) return last.value;
    return (await this.#read().catch(() => last)).value;
  }

  async #read(): Promise<Made<T>> {
    const texts = await Promise.all(this.#parts.map(textOf));
    const last = this.#last;
    const isSame = last?.texts.every((text, at) => text === texts[at]) ?? false;
    const made = last !== undefined && isSame ? last : { texts, value: this.#make(texts) };
    this.#last = made;
    this.#lookAgainAt = this.#now() + FRESH_MS;
    return made;
  }

  /** The files are looked at the next time, however fresh they are. */
  expire(): void {
    this.#lookAgainAt = 0;
  }
}

function textOf(part: Credential): string | Promise<string> {
  return 'text' in part ? part.text : readSmallFile(part.name, part.file);
}

/** @throws AppError when a text holds no certificate that can be read */
export function checkCertificates(name: string, text: string): readonly X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  if (blocks === null) throw unusable(`${name} holds no certificate in PEM form.`);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw unusable(`${name} holds a certificate that cannot be read.`);
  }
}

/** @throws AppError when a text is no private key, or not that of the certificate */
export function checkKey(name: string, text: string, certificate: X509Certificate | undefined): void {
  let fits: boolean;
  try {
    fits = certificate === undefined || certificate.checkPrivateKey(createPrivateKey(text));
  } catch {
    throw unusable(`${name} is no private key in PEM form, or has a passphrase.`);
  }
  if (!fits) throw unusable(`${name} is not the key of the client certificate.`);
}
