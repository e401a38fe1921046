import test from 'ava'
import { z } from 'zod'
import { plugin } from '../../kernel/index.js'
import { testKernel } from '../../kernel/testing.js'

const adjustable = () =>
  plugin({
    name: 'adjustable',
    version: '1.0.0',
    config: z.strictObject({ limit: z.int().positive().default(5), mode: z.enum(['slow', 'fast']).default('slow') }),
    permissions: { change: 'Change the limit' },
    start(ctx) {
      ctx.route('GET', '/adjustable', { public: true }, () => ({ ...ctx.config, generation: ctx.generation }))
      ctx.route('PUT', '/adjustable', { permission: 'change', body: 'json' }, async request => {
        await ctx.configure(request.input as Record<string, unknown>)
        return { ok: true }
      })
    },
  })

const put = (options: object) => ({
  method: 'PUT',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(options),
})

test('a plugin changes its own options: the next generation has them, the others stay, and they are stored', async t => {
  const house = await testKernel(adjustable())
  t.is((await house.fetch('/adjustable', put({ limit: 9 }))).status, 200)
  t.deepEqual(await (await house.fetch('/adjustable')).json(), { limit: 9, mode: 'slow', generation: 2 })
  await house.fetch('/adjustable', put({ mode: 'fast' }))
  t.deepEqual(await (await house.fetch('/adjustable')).json(), { limit: 9, mode: 'fast', generation: 3 })
  t.deepEqual(
    house.inspect('adjustable').options.map(({ key, value, source }) => [key, value, source]),
    [
      ['limit', '9', 'override'],
      ['mode', 'fast', 'override'],
    ],
  )
  await house.close()
})

test('a wrong option changes nothing and says what was expected', async t => {
  const house = await testKernel(adjustable())
  const refused = await house.fetch('/adjustable', put({ limit: -1, mode: 'fast' }))
  t.is(refused.status, 422)
  t.regex(((await refused.json()) as { error: { message: string } }).error?.message ?? '', /limit/)
  t.deepEqual(await (await house.fetch('/adjustable')).json(), { limit: 5, mode: 'slow', generation: 1 })
  await house.close()
})

test('the request that asks does not wait for the generation which it holds', async t => {
  const house = await testKernel(adjustable(), { config: { limits: { drain_seconds: 30 } } })
  const began = Date.now()
  t.is((await house.fetch('/adjustable', put({ limit: 6 }))).status, 200)
  t.true(Date.now() - began < 5000)
  await house.close()
})
