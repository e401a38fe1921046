/** A hello world: one route that takes a permission. */
export function pluginSource(name: string): string {
  return `import { plugin } from 'patchbay'

export default plugin({
  name: '${name}',
  version: '0.1.0',
  description: 'Says hello',
  permissions: { 'greetings.read': 'Be greeted' },
  start(ctx) {
    let greeted = 0
    ctx.route('GET', '/${name}', { permission: 'greetings.read' }, () => {
      greeted++
      return { hello: 'world', greeted }
    })
    ctx.onLive(() => ctx.log.info(\`generation \${ctx.generation} says hello\`))
    ctx.effect('farewell', () => ctx.log.info(\`generation \${ctx.generation} has greeted \${greeted} times\`))
  },
})
`
}

/** Its suite inside the repository, for ava. */
export function repositorySuite(name: string): string {
  return `import test from 'ava'
import { testKernel } from 'patchbay/testing'
import subject from '../../plugins/${name}/index.js'

test('greets whoever may be greeted', async t => {
  const house = await testKernel(subject)
  t.teardown(() => house.close())
  const reply = await house.fetch('/${name}')
  t.is(reply.status, 200)
  t.deepEqual(await reply.json(), { hello: 'world', greeted: 1 })
})

test('turns strangers away', async t => {
  const house = await testKernel(subject)
  t.teardown(() => house.close())
  const reply = await house.fetch('/${name}', { as: 'nobody' })
  t.is(reply.status, 401)
})
`
}

/** Its suite anywhere else, for Node's own test runner. */
export function ownSuite(name: string): string {
  return `import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { testKernel } from 'patchbay/testing'
import subject from './index.js'

test('greets whoever may be greeted', async t => {
  const house = await testKernel(subject)
  t.after(() => house.close())
  const reply = await house.fetch('/${name}')
  equal(reply.status, 200)
  deepEqual(await reply.json(), { hello: 'world', greeted: 1 })
})

test('turns strangers away', async t => {
  const house = await testKernel(subject)
  t.after(() => house.close())
  const reply = await house.fetch('/${name}', { as: 'nobody' })
  equal(reply.status, 401)
})
`
}

/** What an own folder needs besides its sources. */
export function projectFiles(name: string): Record<string, string> {
  return {
    'package.json': json({ name, version: '0.1.0', private: true, type: 'commonjs', main: 'dist/index.js' }),
    'tsconfig.json': json({
      extends: './.patchbay/tsconfig.json',
      compilerOptions: { rootDir: '.', outDir: 'dist' },
      include: ['**/*.ts'],
      exclude: ['dist', 'node_modules'],
    }),
    '.gitignore': 'dist/\nnode_modules/\n.patchbay/\n',
  }
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
