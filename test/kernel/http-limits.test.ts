import { connect, type Socket } from 'node:net'
import test from 'ava'
import { InFlight } from '../../kernel/http/in-flight.js'
import { plugin } from '../../kernel/life/definition.js'
import { type TestKernel, testKernel } from '../../kernel/testing.js'

interface Seen {
  inputs: unknown[]
  ended: string[]
}

const shop = (seen: Seen) =>
  plugin({
    name: 'shop',
    version: '1.0.0',
    start(ctx) {
      const keep = (request: { input: unknown }) => {
        seen.inputs.push(request.input)
        return { ok: true }
      }
      ctx.route('POST', '/shop/json', { public: true, body: 'json' }, keep)
      ctx.route('POST', '/shop/guarded', { permission: 'shop:sell', body: 'json' }, keep)
      ctx.route('POST', '/shop/form', { public: true, body: 'form' }, keep)
      ctx.route('POST', '/shop/parts', { public: true, body: 'multipart' }, keep)
      ctx.route('GET', '/shop/never', { public: true }, () => new Promise(() => {}))
      ctx.route('GET', '/shop/throws', { public: true }, () => {
        throw new Error('the till is at /srv/secret/till.js')
      })
      ctx.route('GET', '/shop/circle', { public: true }, () => {
        const circle: Record<string, unknown> = {}
        circle['self'] = circle
        return circle
      })
      ctx.route('GET', '/shop/:thing', { public: true }, request => ({ thing: request.params['thing'] }))
      ctx.route('GET', '/shop/stream', { public: true, stream: true }, async request => {
        request.respond = false
        request.res.writeHead(200)
        request.res.write('first\n')
        await new Promise(resolve => request.signal.addEventListener('abort', resolve, { once: true }))
        request.res.end('last\n')
        seen.ended.push('stream')
      })
    },
    permissions: { sell: 'Sell things' },
  })

const open = async (limits: object = {}) => {
  const seen: Seen = { inputs: [], ended: [] }
  const kernel = await testKernel(shop(seen) as never, { config: { limits } })
  return { kernel, seen, port: Number(new URL(kernel.url).port) }
}

/** Sends bytes as they are and collects what comes back until the server closes, or `enough` says so. */
function raw(
  port: number,
  text: string,
  enough: (answer: string) => boolean = () => false,
): Promise<{ answer: string; socket: Socket }> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    const done = () => resolve({ answer, socket })
    socket.setEncoding('utf8').on('data', data => {
      answer += data
      if (enough(answer)) done()
    })
    socket.on('close', done).on('error', () => {})
    socket.write(text)
  })
}

const post = (kernel: TestKernel, path: string, body: string, headers: Record<string, string> = {}) =>
  kernel.fetch(path, { method: 'POST', body, headers })

test('a body within the limit is read; one beyond it is not', async t => {
  const { kernel, seen, port } = await open({ body_bytes: 2048 })
  t.is((await post(kernel, '/shop/json', `"${'x'.repeat(2046)}"`)).status, 200)
  const announced = await raw(port, 'POST /shop/json HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\nabc')
  t.regex(announced.answer, /^HTTP\/1.1 413 /)
  t.regex(announced.answer, /Connection: close/)
  t.regex(announced.answer, /larger than 2048 bytes/)
  const chunk = `400\r\n${'x'.repeat(1024)}\r\n`
  const chunked = await raw(
    port,
    `POST /shop/json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}`,
  )
  t.regex(chunked.answer, /^HTTP\/1.1 413 /)
  t.is(seen.inputs.length, 1)
  const face = await raw(
    port,
    'PUT /api/v2/nodes/x/plugins/y HTTP/1.1\r\nHost: x\r\nAuthorization: Basic b3BlcmF0b3JAbG9jYWxob3N0OnRlc3Q=\r\nContent-Length: 99999\r\n\r\n',
  )
  t.regex(face.answer, /^HTTP\/1.1 413 [\s\S]*Connection: close/)
  await kernel.close()
})

test('a body that is too large is refused before it is asked for', async t => {
  const { kernel, port } = await open({ body_bytes: 2048 })
  const head = 'POST /shop/json HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: '
  const refused = await raw(port, `${head}4096\r\n\r\n`)
  t.regex(refused.answer, /^HTTP\/1.1 413 /)
  const wanted = await raw(port, `${head}2\r\n\r\n`, answer => answer.includes('100 Continue'))
  wanted.socket.write('42')
  const rest = await new Promise<string>(resolve => wanted.socket.once('data', data => resolve(String(data))))
  t.regex(rest, /^HTTP\/1.1 200 /)
  wanted.socket.destroy()
  await kernel.close()
})

test('what is not JSON is 400 with a sentence', async t => {
  const { kernel, seen } = await open()
  for (const body of ['{', 'name=x', '\u0000', "{'a': 1}"]) {
    const response = await post(kernel, '/shop/json', body)
    t.is(response.status, 400)
    t.like(await response.json(), { error: { code: 'body_invalid', message: 'the body is not JSON' } })
  }
  t.is((await post(kernel, '/shop/json', '')).status, 200)
  t.is((await post(kernel, '/shop/json', `${'['.repeat(100_000)}`)).status, 400)
  t.deepEqual(seen.inputs, [undefined])
  t.is((await post(kernel, '/shop/form', 'a=1&b=two+words')).status, 200)
  t.deepEqual(seen.inputs.at(-1), { a: '1', b: 'two words' })
  await kernel.close()
})

test('a body that is cut off never reaches the handler, and lets go of its live table', async t => {
  const { kernel, seen, port } = await open()
  const authorization = 'Authorization: Basic b3BlcmF0b3JAbG9jYWxob3N0OnRlc3Q=\r\n'
  for (const path of ['/shop/json', '/shop/guarded']) {
    const socket = connect(port, '127.0.0.1')
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\n${authorization}Content-Length: 100\r\n\r\n{"half":`)
    await new Promise(resolve => setTimeout(resolve, 30))
    socket.destroy()
  }
  const half = connect(port, '127.0.0.1')
  half.end('POST /shop/json HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"half":')
  half.on('error', () => {})
  const until = Date.now() + 2000
  const { table } = kernel.kernel.live
  while (table.pins > 0 && Date.now() < until) await new Promise(resolve => setTimeout(resolve, 10))
  t.is(table.pins, 0)
  t.deepEqual(seen.inputs, [])
  await kernel.close()
})

test('a multipart form: fields, files, and what is wrong with it', async t => {
  const { kernel, seen } = await open({ body_bytes: 4096 })
  const form = new FormData()
  form.set('name', 'x')
  form.set('file', new Blob(['hello']), 'hello.txt')
  t.is((await kernel.fetch('/shop/parts', { method: 'POST', body: form })).status, 200)
  t.like(seen.inputs[0], { fields: { name: 'x' } })
  form.set('file', new Blob(['x'.repeat(8000)]), 'large.txt')
  const large = await kernel.fetch('/shop/parts', { method: 'POST', body: form })
  t.is(large.status, 413)
  const broken = await kernel.fetch('/shop/parts', {
    method: 'POST',
    body: '--nothing',
    headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
  })
  t.is(broken.status, 400)
  t.is(seen.inputs.length, 1)
  await kernel.close()
})

test('a request that takes too long is 504; the sweep forgets it', async t => {
  const { kernel } = await open({ request_seconds: 0.2, headers_seconds: 10 })
  const response = await kernel.fetch('/shop/never')
  t.is(response.status, 504)
  t.like(await response.json(), { error: { code: 'timeout' } })
  t.is(kernel.house.container.resolve((await import('../../kernel/http/app.js')).App).inFlight.count, 0)
  await kernel.close()
})

test('the sweep keeps nothing of what has settled', async t => {
  const inFlight = new InFlight(() => 50)
  await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      inFlight.limit(n % 2 ? Promise.resolve() : Promise.reject(new Error('x'))).catch(() => {}),
    ),
  )
  t.is(inFlight.count, 0)
  await t.throwsAsync(inFlight.limit(new Promise(() => {})), { message: /took longer than 0.05 s/ })
  t.is(inFlight.count, 0)
  inFlight.close()
})

test('a stream has no time limit; it ends when the house closes', async t => {
  const { kernel, seen } = await open({ request_seconds: 0.2 })
  const response = await kernel.fetch('/shop/stream')
  await new Promise(resolve => setTimeout(resolve, 700))
  t.deepEqual(seen.ended, [])
  t.is((await kernel.fetch('/shop/stream', { method: 'HEAD' })).status, 200)
  const text = response.text()
  await kernel.close()
  t.is(await text, 'first\nlast\n')
})

test('headers: too large, too slow, not HTTP', async t => {
  const { kernel, port } = await open({ headers_seconds: 0.2 })
  const large = await raw(port, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)
  t.regex(large.answer, /^HTTP\/1.1 431 /)
  const began = Date.now()
  const slow = await raw(port, 'GET / HTTP/1.1\r\nHost: x\r\n')
  t.regex(slow.answer, /^HTTP\/1.1 408 /)
  t.true(Date.now() - began < 3000)
  t.regex((await raw(port, 'HELLO\r\n\r\n')).answer, /^HTTP\/1.1 400 /)
  t.is((await kernel.fetch('/shop/pen')).status, 200)
  await kernel.close()
})

test('HEAD and OPTIONS of native routes', async t => {
  const { kernel } = await open()
  const head = await kernel.fetch('/shop/pen', { method: 'HEAD' })
  t.is(head.status, 200)
  t.is(await head.text(), '')
  t.is(head.headers.get('content-length'), String('{"thing":"pen"}'.length))
  const options = await kernel.fetch('/shop/pen', { method: 'OPTIONS' })
  t.is(options.status, 204)
  t.is(options.headers.get('allow'), 'GET, HEAD, OPTIONS')
  const wrong = await kernel.fetch('/shop/pen', { method: 'DELETE' })
  t.is(wrong.status, 405)
  t.is(wrong.headers.get('allow'), 'GET, HEAD, OPTIONS')
  t.is((await kernel.fetch('/nowhere/at/all', { method: 'OPTIONS' })).status, 404)
  t.is((await kernel.fetch('/nowhere/at/all', { method: 'HEAD' })).status, 404)
  await kernel.close()
})

test('request ids: a sane one comes back, any other is replaced', async t => {
  const { kernel } = await open()
  const idFor = async (given?: string) => {
    const response = await kernel.fetch('/shop/pen', given === undefined ? {} : { headers: { 'X-Request-Id': given } })
    return response.headers.get('x-request-id')!
  }
  t.is(await idFor('job-7.a:b_C'), 'job-7.a:b_C')
  const made = await Promise.all([idFor(), idFor(''), idFor('x'.repeat(65)), idFor('a b'), idFor('<script>')])
  t.is(new Set(made).size, made.length)
  for (const id of made) t.regex(id, /^[\w-]+$/)
  const failed = await kernel.fetch('/shop/throws', { headers: { 'X-Request-Id': 'mine' } })
  t.is(((await failed.json()) as { error: { request_id: string } }).error.request_id, 'mine')
  await kernel.close()
})

test('no stack and no path of ours reaches a client; the log has both', async t => {
  const { kernel, port } = await open()
  for (const path of ['/shop/throws', '/shop/circle']) {
    const response = await kernel.fetch(path)
    t.is(response.status, 500)
    t.notRegex(await response.text(), /\bat |\.js|till|circular/i)
  }
  t.truthy(kernel.log.find(line => line.message.includes('GET /shop/throws failed: the till is at')))
  t.truthy(kernel.log.find(line => line.message.includes('GET /shop/circle failed: Converting circular')))
  for (const line of [
    'GET /shop/%zz HTTP/1.1',
    'GET /shop/%ff HTTP/1.1',
    'GET //[ HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'GET http://[/ HTTP/1.1',
    'BREW / HTTP/1.1',
  ]) {
    const { answer } = await raw(port, `${line}\r\nHost: x\r\nConnection: close\r\n\r\n`)
    t.regex(answer, /^HTTP\/1.1 (200|4\d\d) /, line)
    t.notRegex(answer, /\bat .*\.js/, line)
  }
  await kernel.close()
})
