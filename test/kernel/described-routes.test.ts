import test from 'ava'
import { z } from 'zod'
import { plugin } from '../../kernel/index.js'
import { testKernel } from '../../kernel/testing.js'

const query = z.strictObject({
  limit: z.int().min(1).max(10).default(5),
  clean: z.boolean().optional(),
  name: z.string().optional(),
  event: z.array(z.enum(['connected', 'gone'])).optional(),
})
const body = z.strictObject({ topic: z.string().min(1), qos: z.int().min(0).max(2).default(0) })

const described = plugin({
  name: 'described',
  version: '1.0.0',
  permissions: { 'things.read': 'See things' },
  start(ctx) {
    const describe = { summary: 'Things', query, example: { query: { limit: 3 } } }
    ctx.route('GET', '/things', { permission: 'things.read', describe }, ({ given }) => given)
    ctx.route(
      'POST',
      '/things/:id',
      { public: true, describe: { summary: 'Makes one', parameters: { id: 'whose' }, body } },
      ({ input }) => ({ topic: input.topic, qos: input.qos }),
    )
    ctx.route('GET', '/plain', { public: true }, () => 'plain')
  },
})

const house = () => testKernel(described)

test('what the query says becomes numbers, booleans and lists, with defaults', async t => {
  const kernel = await house()
  const ask = async (text: string) => (await kernel.fetch(`/things${text}`)).json()
  t.deepEqual(await ask(''), { limit: 5 })
  t.deepEqual(await ask('?limit=7&clean=false&name=12&event=gone'), {
    limit: 7,
    clean: false,
    name: '12',
    event: ['gone'],
  })
  t.deepEqual(await ask('?event=gone&event=connected'), { limit: 5, event: ['gone', 'connected'] })
  await kernel.close()
})

test('a wrong query is a 400 that names the parameter, what was expected and the nearest name', async t => {
  const kernel = await house()
  const refused = async (text: string) => {
    const response = await kernel.fetch(`/things${text}`)
    t.is(response.status, 400)
    const { error } = (await response.json()) as { error: { code: string; message: string } }
    t.is(error.code, 'bad_request')
    return error.message
  }
  t.regex(
    await refused('?limti=3'),
    /GET \/things: unknown parameter "limti"; did you mean "limit"\?; nothing was done/,
  )
  t.regex(await refused('?limit=three'), /"limit": expected a number, got "three"/)
  t.regex(await refused('?limit=1e1'), /"limit": expected a number, got "1e1"/)
  t.regex(await refused('?limit=11'), /"limit": expected at most 10, got 11/)
  t.regex(await refused('?limit=1&limit=2'), /"limit": expected a number, got \[/)
  t.regex(await refused('?clean=yes'), /"clean": expected true or false, got "yes"/)
  t.regex(await refused('?event=conected'), /expected one of connected, gone, got .*; did you mean "connected"\?/)
  t.regex(await refused('?__proto__=1'), /unknown parameter "__proto__"/)
  t.true((await refused(`?${'x=1&'.repeat(900)}`)).length < 5000)
  await kernel.close()
})

test('who may not call is refused before anything is said about the query', async t => {
  const kernel = await house()
  t.is((await kernel.fetch('/things?limti=3', { as: 'nobody' })).status, 401)
  await kernel.close()
})

test('a wrong body is a 400 that names the field', async t => {
  const kernel = await house()
  const post = async (text: string) => {
    const response = await kernel.fetch('/things/1', { method: 'POST', body: text })
    return { status: response.status, answer: (await response.json()) as { error?: { message: string } } }
  }
  t.deepEqual(await post('{"topic":"a"}'), { status: 200, answer: { topic: 'a', qos: 0 } as object })
  for (const [text, message] of [
    ['', /: the body: expected an object, got nothing/],
    ['[]', /: the body: expected an object, got \[\]/],
    ['{"topic":5}', /"topic": expected a text, got 5/],
    ['{"topic":"a","qoss":1}', /unknown field "qoss"; did you mean "qos"\?/],
    ['{"topic":"a","qos":3}', /"qos": expected at most 2, got 3/],
    ['{', /not JSON/],
    ['{"topic":"a","__proto__":{}}', /unknown field "__proto__"/],
  ] as const) {
    const { status, answer } = await post(text)
    t.is(status, 400)
    t.regex(answer.error!.message, message)
  }
  await kernel.close()
})

test('the OpenAPI document has every native route, those described with all that is known', async t => {
  const kernel = await house()
  const response = await kernel.fetch('/kernel/openapi.json')
  t.is(response.headers.get('content-type'), 'application/json; charset=utf-8')
  const document = (await response.json()) as {
    openapi: string
    paths: Record<string, Record<string, Record<string, unknown>>>
  }
  t.is(document.openapi, '3.1.0')
  const { get } = document.paths['/things'] as { get: Record<string, unknown> }
  t.like(get, { summary: 'Things', tags: ['described'], operationId: 'get_things' })
  t.deepEqual((get['parameters'] as object[])[0], {
    name: 'limit',
    in: 'query',
    schema: { type: 'integer', minimum: 1, maximum: 10, default: 5 },
    example: 3,
  })
  const post = document.paths['/things/{id}']!['post']!
  t.deepEqual(post['parameters'], [
    { name: 'id', in: 'path', required: true, schema: { type: 'string' }, description: 'whose' },
  ])
  t.like(post, { requestBody: { required: true }, security: [] })
  t.truthy(document.paths['/plain']!['get'])
  t.is(document.paths['/kernel/status']!['get']!['summary'], 'The house at a glance', 'the written ones stay')
  const { routes } = (await (await kernel.fetch('/kernel/routes')).json()) as {
    routes: { method: string; path: string }[]
  }
  for (const { method, path } of routes) {
    t.truthy(document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()], `${method} ${path}`)
  }
  await kernel.kernel.stop('described')
  const after = (await (await kernel.fetch('/kernel/openapi.json')).json()) as { paths: object }
  t.false('/things' in after.paths, 'a stopped plugin is out of it')
  await kernel.close()
})
