import { promisify } from 'node:util';
import { brotliDecompress, constants, inflate, inflateRaw, unzip } from 'node:zlib';

/** The code of the error for a body of more bytes than allowed, before or after it was decompressed. It is Node's. */
export const TOO_LARGE = 'ERR_BUFFER_TOO_LARGE';

/** What of a compressed body is there is taken, although its end is missing: there are hosts that leave out the checksum. */
const LENIENT = { finishFlush: constants.Z_SYNC_FLUSH };
const DEFLATE = 8;

type Decompress = (body: Buffer, maxOutputLength: number) => Promise<Buffer>;

const unzipped: Decompress = async (body, maxOutputLength) => promisify(unzip)(body, { ...LENIENT, maxOutputLength });
/** By the standard it is in a zlib envelope; some hosts leave that out. */
const inflated: Decompress = async (body, maxOutputLength) =>
  promisify(((body[0] ?? 0) & 0x0f) === DEFLATE ? inflate : inflateRaw)(body, { ...LENIENT, maxOutputLength });
const unbrotlied: Decompress = async (body, maxOutputLength) =>
  promisify(brotliDecompress)(body, { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength });

const BY_ENCODING: ReadonlyMap<string, Decompress> = new Map([
  ['gzip', unzipped],
  ['x-gzip', unzipped],
  ['deflate', inflated],
  ['br', unbrotlied],
]);

/** What a request says that we understand. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

/**
 * A body without its content encoding; one with an encoding that we do not know is given back as it is.
 * @throws an error with the code TOO_LARGE, or zlib's
 */
export async function decompressed(body: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const decompress = BY_ENCODING.get(encoding.toLowerCase());
  return decompress === undefined || body.length === 0 ? body : decompress(body, maxBytes);
}
