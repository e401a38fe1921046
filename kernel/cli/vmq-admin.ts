#!/usr/bin/env node
import { runProgram } from './program.js'

void runProgram('vmq-admin', ['vmq-admin', ...process.argv.slice(2)])
