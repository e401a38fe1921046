#!/usr/bin/env -S node --max-semi-space-size=2 --max-old-space-size=2000 --no-allocation-site-pretenuring
// A small young generation and a bound below 2 GiB, under which V8 lets the old one grow in smaller steps: 30 MiB less.
// What lives long while requests wait, V8 would from then on make old at once: twice the CPU for every later request.
import { runProgram } from './program.js'

void runProgram('patchbay', process.argv.slice(2))
