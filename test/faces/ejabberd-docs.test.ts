import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { EjabberdCommand } from '../../kernel/http/faces/ejabberd-command.js'
import { byName, resultInWords, versionsOf } from '../../kernel/http/faces/ejabberd-help.js'
import { argumentsIn } from '../../kernel/http/faces/ejabberd-types.js'
import { openHouse } from './house.js'

type Entry = Omit<EjabberdCommand, 'access'> & { permission: string }

const PAGE = join(__dirname, '..', '..', '..', 'docs', 'ejabberd.md')
const BETWEEN = /(<!-- commands -->\n)[\s\S]*(<!-- \/commands -->)/

/** PATCHBAY_WRITE_DOCS writes the table instead of comparing it. */
test('docs/ejabberd.md has every command with its arguments, result and permission', async t => {
  const house = await openHouse({ start: ['xmpp-server', 'xmpp-admin'] })
  try {
    const { body } = await house.local('/kernel/commands?face=ejabberd')
    const { commands } = JSON.parse(body) as { commands: Entry[] }
    const rows = byName(commands).map(row)
    const table = ['| command | arguments | result | permission |', '|---|---|---|---|', ...rows].join('\n')
    const page = readFileSync(PAGE, 'utf8')
    const wanted = page.replace(BETWEEN, (_, before: string, after: string) => `${before}${table}\n${after}`)
    if (process.env['PATCHBAY_WRITE_DOCS']) writeFileSync(PAGE, wanted)
    t.is(readFileSync(PAGE, 'utf8'), wanted)
  } finally {
    await house.close()
  }
})

function row(command: Entry): string {
  const [first = 0, ...later] = versionsOf(command)
  const cell = (shown: (version: number) => string) => {
    const changes = later.filter((version, index) => shown(version) !== shown([first, ...later][index]!))
    return [shown(first), ...changes.map(version => `→ v${version} ${shown(version)}`)].join(' ').replaceAll('|', '\\|')
  }
  const given = cell(version =>
    argumentsIn(command.arguments, version)
      .map(({ name }) => name)
      .join(' '),
  )
  const result = cell(version =>
    resultInWords(command, version)
      .replace(/^\w+: /, '')
      .replace(/list<\w+: (.*)>$/, 'list of $1'),
  )
  return `| \`${command.name}\` | ${given} | ${result} | ${command.permission} |`
}
