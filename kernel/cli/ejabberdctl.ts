#!/usr/bin/env node
import { runProgram } from './program.js'

void runProgram('ejabberdctl', ['ejabberdctl', ...process.argv.slice(2)])
