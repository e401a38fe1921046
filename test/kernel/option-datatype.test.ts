import test from 'ava'
import { z } from 'zod'
import { datatypeOf } from '../../kernel/config/option-datatype.js'
import { type PluginContext, plugin } from '../../kernel/index.js'
import { testKernel } from '../../kernel/testing.js'

const schema = z.strictObject({
  port: z.union([z.literal(false), z.int().min(0)]).default(1883),
  rate: z.number().min(0.5).default(1),
  whole: z.number().int().optional(),
  name: z.string().default(''),
  on: z.boolean().default(true),
  kind: z.enum(['a', 'b']).default('a'),
  tls: z.strictObject({ port: z.int() }).optional(),
  list: z.array(z.string()).default([]),
})

test('an option has the datatype of its schema, below groups and defaults too', t => {
  const of = (key: string) => datatypeOf(schema, key)
  const keys = ['port', 'rate', 'whole', 'name', 'on', 'kind', 'tls.port', 'list', 'nope', 'tls.nope', 'name.deeper']
  t.deepEqual(keys.map(of), [
    'flag, integer',
    'float',
    'integer',
    'string',
    'flag',
    'enum',
    'integer',
    ...['string', 'string', 'string', 'string'],
  ])
  t.is(datatypeOf(undefined, 'x'), 'string')
})

test('a plugin sees what is loaded, how it is doing, and with which options', async t => {
  let seen = () => [] as { name: string; state: string; error: string | undefined; options(): object[] }[]
  const start = (ctx: PluginContext) => {
    seen = () => ctx.plugins()
  }
  const watcher = plugin({ name: 'watcher', version: '1.0.0', start })
  const other = plugin({
    name: 'other',
    version: '1.0.0',
    config: z.strictObject({ depth: z.int().default(3).describe('how deep') }),
    autostart: false,
    start() {
      throw new Error('not today')
    },
  })
  const kernel = await testKernel(watcher as never, { with: [other as never] })
  try {
    await t.throwsAsync(kernel.kernel.start('other'))
    const found = seen().find(({ name }) => name === 'other')!
    t.is(found.state, 'failed')
    t.regex(found.error!, /not today/)
    t.deepEqual(found.options(), [{ key: 'depth', value: '3', datatype: 'integer' }])
    t.like(
      seen().find(({ name }) => name === 'watcher'),
      { state: 'running', error: undefined },
    )
  } finally {
    await kernel.close()
  }
})
