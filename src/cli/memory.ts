/**
 * Lets the garbage collector come by earlier than it would by itself: it takes a machine with much memory for an
 * invitation to use it, while a container has a limit. Costs some processor time, and takes about a third off the peak.
 * Must be imported before the work begins.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--heap-growing-percent=50');
