import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from './processes.ts';

/** Makes an authority, the server's certificate for these addresses, and the key that signs tokens of service accounts. */
export async function makeCertificates(directory: string, addresses: readonly string[]): Promise<string> {
  const at = (name: string) => join(directory, name);
  const names = ['DNS:kubernetes', 'DNS:kubernetes.default', 'DNS:kubernetes.default.svc', 'DNS:localhost'];
  await writeFile(at('names.cnf'), `subjectAltName=${[...names, ...addresses.map((one) => `IP:${one}`)].join(',')}\n`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await must([
    'openssl',
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-days',
    '7',
    '-subj',
    '/CN=lab',
  ]);
  await must([
    'openssl',
    'req',
    ...key,
    '-keyout',
    at('tls.key'),
    '-out',
    at('tls.csr'),
    '-subj',
    '/CN=kube-apiserver',
  ]);
  const authority = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial'];
  await must([
    'openssl',
    'x509',
    '-req',
    '-in',
    at('tls.csr'),
    ...authority,
    '-out',
    at('tls.crt'),
    '-days',
    '7',
    '-extfile',
    at('names.cnf'),
  ]);
  await must(['openssl', 'genrsa', '-out', at('sa.key'), '2048']);
  await must(['openssl', 'rsa', '-in', at('sa.key'), '-pubout', '-out', at('sa.pub')]);
  return readFile(at('ca.crt'), 'utf8');
}
