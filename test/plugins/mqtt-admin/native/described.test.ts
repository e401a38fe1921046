import test from 'ava'
import type { Route } from '../../../../kernel/life/contributions.js'
import type { RetainedMessage } from '../../../../plugins/mqtt-admin/backend.js'
import { session } from '../stand-in.js'
import { type NativeHouse, withNative } from './house.js'

const state = () => ({
  sessions: [
    session({
      clientId: 'a',
      subscriptions: new Map([['x/#', { qos: 1 }]]),
      will: { topic: 'w', qos: 0, retain: false },
    }),
    session({ clientId: 'b', username: 'bob' }),
  ],
  queues: new Map([
    [
      'a',
      [{ id: '1', topic: 'x', payload: Buffer.from('p'), qos: 1, retain: false, dup: false, sent: true, queuedAt: 5 }],
    ],
  ]),
  retained: new Map<string, RetainedMessage>([['x', { topic: 'x', payload: Buffer.from('p'), qos: 0, retainedAt: 5 }]]),
  settings: { history: 5 },
  alarms: [{ id: 'i', severity: 'error' as const, title: 't', summary: 's', raisedAt: 5 }],
})

function described({ kernel }: NativeHouse): Route[] {
  const { contributions } = kernel.kernel.live.table.generations.get('mqtt-admin')!
  return contributions.routes.filter(({ path }) => path.startsWith('/mqtt/v1/'))
}

/** `/mqtt/v1/access/…`: its suite calls it with what it needs. */
const CALLABLE = /^\/mqtt\/v1\/(clients|retained|subscriptions|routes|stats|settings|alarms|listeners|publish)\b/

test('every route says what it does, takes and answers, and its parameters have descriptions', async t => {
  await withNative(state(), async house => {
    const routes = described(house)
    t.true(routes.length >= 20)
    for (const { method, path, description, permission, stream } of routes) {
      const name = `${method} ${path}`
      t.truthy(description?.summary, `${name} has a summary`)
      t.truthy(permission, `${name} takes a permission`)
      t.truthy(description?.answer ?? (stream && description?.answerType), `${name} says what it answers`)
      t.truthy(description?.query ?? description?.body, `${name} says what it takes`)
      for (const [, parameter] of path.matchAll(/[:*](\w+)/g)) {
        t.truthy(description?.parameters?.[parameter!], `${name} describes ${parameter}`)
      }
      if (description?.example?.query) t.notThrows(() => description.query!.parse(description.example!.query), name)
      if (description?.example?.body) t.notThrows(() => description.body!.parse(description.example!.body), name)
    }
  })
})

test('what is answered is what was described, for every route that reads and every example', async t => {
  await withNative(state(), async house => {
    let called = 0
    for (const { method, path, description, stream } of described(house)) {
      if (stream || !CALLABLE.test(path)) continue
      const { query = {}, body } = description?.example ?? {}
      if (method !== 'GET' && body === undefined) continue
      const text = new URLSearchParams(
        Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]),
      )
      const target = path.replace(/:id/, 'a').replace('routes/*topic', 'routes/x/%23').replace('*topic', 'x')
      const answered = await (method === 'GET'
        ? house.get(`${target}?${text}`)
        : house.send(method as 'POST', target, body))
      t.is(answered.status, 200, `${method} ${target}: ${JSON.stringify(answered.body)}`)
      t.notThrows(() => description!.answer!.parse(answered.body), `${method} ${target}`)
      called++
    }
    t.true(called > 15)
  })
})

interface Document {
  openapi: string
  paths: Record<string, Record<string, { operationId?: string; responses: Record<string, unknown> }>>
}

test('the OpenAPI document is 3.1 in structure: references lead somewhere, ids are unique, parameters are declared', async t => {
  await withNative(state(), async house => {
    const document = (await house.get('/kernel/openapi.json')).body as Document
    t.is(document.openapi, '3.1.0')
    const follow = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return
      const { $ref } = node as { $ref?: string }
      if ($ref !== undefined) {
        const found = $ref
          .slice(2)
          .split('/')
          .reduce<unknown>((at, step) => (at as Record<string, unknown>)?.[step], document)
        t.truthy(found, $ref)
      }
      for (const each of Object.values(node)) follow(each)
    }
    follow(document)
    const ids = new Set<string>()
    for (const { method, path } of described(house)) {
      const template = path.replace(/[:*](\w+)/g, '{$1}')
      const operation = document.paths[template]?.[method.toLowerCase()] as {
        operationId: string
        responses: Record<string, { description?: string }>
        parameters?: { name: string; in: string; required?: boolean; schema: object }[]
      }
      t.truthy(operation, `${method} ${path}`)
      t.false(ids.has(operation.operationId), operation.operationId)
      ids.add(operation.operationId)
      t.truthy(operation.responses['200']?.description)
      const named = (operation.parameters ?? []).filter(each => each.in === 'path').map(({ name }) => name)
      t.deepEqual(
        named,
        [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!),
      )
      for (const parameter of operation.parameters ?? []) {
        t.true(['path', 'query'].includes(parameter.in))
        t.truthy(parameter.schema)
      }
    }
  })
})
