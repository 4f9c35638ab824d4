import text from '../../../docs/errors.md?raw';

/** docs/errors.md, loaded when somebody wants to know what to do. */
export const ERRORS_PAGE: string = text;
