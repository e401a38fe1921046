import { createServer } from 'node:net'
import test from 'ava'
import { type PluginContext, plugin } from 'patchbay'
import { testKernel } from 'patchbay/testing'

const leaky = (start: (ctx: PluginContext) => void | Promise<void>) =>
  plugin({ name: 'leaky', version: '1.0.0', storage: ['notes'], start })

test('a plugin that cleans up after itself passes', async t => {
  const kernel = await testKernel(
    leaky(async ctx => {
      ctx.every(10, () => undefined)
      const timer = setInterval(() => undefined, 10)
      ctx.effect('timer', () => clearInterval(timer))
      await ctx.storage('notes').put('a', 1)
      await ctx.keep('door', {
        open: () =>
          new Promise<ReturnType<typeof createServer>>(resolve => {
            const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
          }),
        close: server => new Promise<void>(resolve => server.close(() => resolve())),
      })
      ctx.route('GET', '/hello', { public: true }, () => 'hello')
    }),
  )
  t.is(await (await kernel.fetch('/hello')).text(), 'hello')
  await t.notThrowsAsync(kernel.close())
})

/** What a test leaves behind on purpose, so that the test runner can end. */
const cleanups: (() => void)[] = []
test.after.always(() => {
  for (const clean of cleanups) clean()
})

const leaks: [what: string, start: (ctx: PluginContext) => void | Promise<void>, says: RegExp][] = [
  [
    'a timer',
    () => {
      const timer = setInterval(() => undefined, 1000)
      cleanups.push(() => clearInterval(timer))
    },
    /leaky: timer opened at .*testing\.test/,
  ],
  [
    'a socket',
    () =>
      new Promise<void>(resolve => {
        const server = createServer().listen(0, '127.0.0.1', () => resolve())
        cleanups.push(() => server.close())
      }),
    /leaky: TCP server/,
  ],
  [
    'an effect',
    ctx =>
      ctx.effect('the lamp', () => {
        throw new Error('stuck')
      }),
    /effect "the lamp" was not undone: stuck/,
  ],
]
for (const [what, start, says] of leaks) {
  test.serial(`close() fails when ${what} is left behind`, async t => {
    const kernel = await testKernel(leaky(start))
    const error = await t.throwsAsync(kernel.close())
    t.regex(error?.message ?? '', says)
  })
}

test('requests come from an operator unless they say nobody', async t => {
  const kernel = await testKernel(
    plugin({
      name: 'greeter',
      version: '1.0.0',
      permissions: { greet: 'Be greeted' },
      start(ctx) {
        ctx.route('GET', '/hello', { permission: 'greet' }, ({ identity }) => identity?.name)
      },
    }),
  )
  t.is(await (await kernel.fetch('/hello')).text(), 'operator')
  const refused = await kernel.fetch('/hello', { as: 'nobody' })
  t.is(refused.status, 401)
  t.regex(refused.headers.get('www-authenticate') ?? '', /^Basic realm=/)
  await kernel.close()
})
