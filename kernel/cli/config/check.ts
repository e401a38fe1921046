import { join, resolve } from 'node:path'
import type { Findings } from '../../check-configuration.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { INSTALLATION } from '../installation.js'
import { Refusal } from '../refusal.js'
import { wrapped } from '../wrap.js'

export const configCheck: Command = {
  name: 'config check',
  takes: ['[FILE]'],
  summary: 'tells whether a configuration is right, without a server and without changing anything',
  details: [
    'FILE, else what patchbay serve would read here. Every block is checked by its own plugin, which may add notes and',
    `warnings. Exit code ${EXIT.ok} means right, ${EXIT.failed} wrong; with --strict a warning is wrong too. What was set over an API`,
    'is in the store of the server: patchbay config show has it.',
  ].join('\n'),
  options: ['strict', 'json'],
  example: 'patchbay config check /etc/patchbay.yml && patchbay config reload',
  async run({ words: [given], options: { strict }, printed, print, ends }) {
    // Linking every plugin takes longer than everything else that a command does.
    const { checkConfiguration } = await import('../../check-configuration.js')
    const env = given === undefined ? process.env : { ...process.env, PATCHBAY_CONFIG: resolve(given) }
    const found = checkConfiguration([join(INSTALLATION, 'dist', 'plugins')], env)
    const [first] = found.errors
    const warnings = found.advice.filter(({ level }) => level === 'warning').length
    const right = !first && !(strict && warnings > 0)
    if (printed({ ok: right, ...found, file: found.file ?? null })) return right ? undefined : ends(EXIT.failed)
    for (const each of found.advice)
      print(wrapped([each.path, each.text].filter(Boolean).join(': '), `${each.level}  `))
    if (first)
      throw new Refusal(found.errors.map(({ message }) => message).join('\n'), {
        code: 'config_invalid',
        hint: first.hint,
      })
    print(summary(found, warnings))
    if (!right) ends(EXIT.failed)
  },
}

function summary({ file, plugins, listeners }: Findings, warnings: number): string {
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`
  const what = `${count(listeners, 'HTTP listener')}, ${count(plugins.length, 'plugin')}`
  return `${file ?? 'the defaults'}: right (${what})${warnings > 0 ? `, with ${count(warnings, 'warning')}` : ''}`
}
