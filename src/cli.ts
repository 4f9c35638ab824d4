#!/usr/bin/env node
import './cli/library-output.ts';
import './cli/memory.ts';

// Loaded when these have been evaluated: what is bundled might come before them otherwise.
await import('./cli/program.ts');
