#!/usr/bin/env node
// `npx framerate`: runs the TypeScript of the trainer as it is.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
