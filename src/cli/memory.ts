/**
 * Makes the garbage collector run earlier. By default V8 uses more memory on a machine that has much of it, although a
 * container has a limit. This costs some processor time and lowers the peak by about a third. Must be imported before the
 * work begins.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--heap-growing-percent=50');
