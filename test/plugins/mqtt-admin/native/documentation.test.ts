import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openHouse, PASSWORD } from '../../../faces/house.js'
import { connectClient } from '../../../faces/mqtt.js'

const PAGE = join(__dirname, '..', '..', '..', '..', '..', 'docs', 'mqtt-api.md')

/** Runs a line of the documentation as a reader would, against this house; resolves to the status. */
function pasted(line: string, url: string): Promise<string> {
  const stream = line.includes('/events') ? ' --max-time 1' : ''
  const command = `${line.replaceAll('http://127.0.0.1:8080', url)} -s -o /dev/null -w '%{http_code}'${stream}`
  return new Promise(resolve => {
    execFile('sh', ['-c', command.replaceAll('$PW', '"$PW"')], { env: { ...process.env, PW: PASSWORD } }, (_, out) =>
      resolve(out),
    )
  })
}

test('every curl line of docs/mqtt-api.md works as it is printed', async t => {
  const lines = readFileSync(PAGE, 'utf8').match(/^curl .*$/gm) ?? []
  t.true(lines.length > 10)
  const house = await openHouse({ start: ['mqtt-broker', 'mqtt-admin'] })
  try {
    const lamp = await connectClient(house, { clientId: 'lamp' })
    for (const line of lines) t.is(await pasted(line, house.url), '200', line)
    lamp.end(true)
  } finally {
    await house.close()
  }
})
