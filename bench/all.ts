import { fork } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { machine, type Report } from './parts/program.js'
import { formatTable, type Row } from './parts/table.js'

/** Runs `npm run bench`, or with names only those scripts: each in a process of its own, one after the other. */
async function all(): Promise<void> {
  const scripts = readdirSync(__dirname)
    .filter(file => file.endsWith('.js') && file !== 'all.js')
    .map(file => file.slice(0, -'.js'.length))
  const given = process.argv.slice(2)
  const names = given.filter(argument => !argument.startsWith('--'))
  const unknown = names.filter(name => !scripts.includes(name))
  if (unknown.length > 0) {
    process.stderr.write(`there is no benchmark ${unknown.join(', ')}: they are ${scripts.join(', ')}\n`)
    process.exit(2)
  }
  process.stdout.write(`${machine()}\n`)
  const rows: Row[] = []
  for (const name of names.length > 0 ? names : scripts) {
    rows.push(
      ...(await run(
        name,
        given.filter(argument => argument.startsWith('--')),
      )),
    )
  }
  process.stdout.write(`\nAll, on ${machine()}\n${formatTable(rows)}\n`)
  process.exit(rows.some(row => row.met === false) ? 1 : 0)
}

function run(name: string, options: string[]): Promise<Row[]> {
  const child = fork(join(__dirname, `${name}.js`), options)
  let rows: Row[] = [{ what: name, measured: 'did not finish', bar: '', met: false }]
  child.on('message', (report: Report) => {
    rows = report.rows
  })
  return new Promise(resolve => child.once('exit', () => resolve(rows)))
}

void all()
