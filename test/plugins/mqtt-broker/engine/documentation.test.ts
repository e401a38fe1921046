import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { options } from '../../../../plugins/mqtt-broker/options.js'

test('the documentation names every option of the broker with its default', t => {
  const text = readFileSync(join(__dirname, '../../../../../docs/mqtt-broker.md'), 'utf8')
  const documented = new Map<string, string>()
  for (const [, names, defaults] of text.matchAll(/^\| (`[a-z_0-9]+`(?:, `[a-z_0-9]+`)*) \| ([^|]+) \|/gm)) {
    const values = defaults!.trim().split(', ')
    for (const [at, name] of names!.split(', ').entries()) documented.set(name.replaceAll('`', ''), values[at]!)
  }
  const real = Object.entries(options.parse({ tls: undefined })).map(([name, value]) => [name, String(value ?? 'none')])
  t.deepEqual(Object.fromEntries(documented), { ...Object.fromEntries(real), tls: 'none' })
})
