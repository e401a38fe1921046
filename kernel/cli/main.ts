import { serve } from '../main.js'

void serve({ watch: process.argv.includes('--watch') })
