import { resolve } from 'node:path'
import type { Command } from './command.js'
import type { Options } from './options.js'

/** Starts the server in this process; it ends by signals. */
export async function serveHere({ data }: Options, watch: boolean): Promise<void> {
  if (data) process.env['PATCHBAY_DATA'] = resolve(data)
  const { serve } = await import('../main.js')
  await serve({ watch })
}

export const serveCommand: Command = {
  name: 'serve',
  summary: 'runs the server in the foreground',
  details:
    'The configuration is PATCHBAY_CONFIG, else ./patchbay.yml, else the defaults. SIGTERM and SIGINT end it cleanly;\na second signal ends it at once.',
  options: ['watch', 'data'],
  example: 'PATCHBAY_CONFIG=/etc/patchbay.yml patchbay serve',
  run: ({ options }) => serveHere(options, options.watch ?? false),
}
