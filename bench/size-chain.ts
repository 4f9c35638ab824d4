export type Chain = number;
export const measureChain = 0;
