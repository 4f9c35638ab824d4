import { describe, inject } from 'vitest';
import { CONTRACT_KINDS } from '../kubernetes/contract-kinds.ts';
import { describeClusterKinds } from '../kubernetes/kind.contract.ts';
import { contractServer } from './contract-server.ts';
import { installDefinitions, whyNoDefinitions } from './definitions.ts';
import { describeLab } from './lab.ts';

const describeKinds = whyNoDefinitions ? describe.skip : describeLab;

describeKinds(`kinds on a real API server${whyNoDefinitions ? ` (${whyNoDefinitions})` : ''}`, () => {
  async function start() {
    await installDefinitions();
    const { url, authority, token, etcd } = inject('lab');
    return contractServer({ url, authority, token }, etcd);
  }
  describeClusterKinds('a real API server', start, CONTRACT_KINDS);
});
