import test from 'ava'
import fc from 'fast-check'
import { Store } from '../../../kernel/store/store.js'
import { seal, unseal } from '../../../plugins/auth/oauth/seal.js'
import { digestOf, isOpaque, newToken } from '../../../plugins/auth/oauth/token.js'
import { now, readTokens, type StoredToken, type Token, TokenStore } from '../../../plugins/auth/oauth/token-store.js'
import { xhtml } from '../../../plugins/auth/oauth/xhtml.js'

const KEY = Buffer.alloc(32, 1)

async function open(limits = { total: 1000, perJid: 100 }) {
  const database = await Store.inMemory()
  const namespace = database.namespace<StoredToken>('auth', 'oauth_tokens')
  const state = await readTokens(namespace)
  const forgotten: string[] = []
  const store = new TokenStore(state, namespace, { key: KEY, limits, forget: owner => void forgotten.push(owner) })
  const stored = async () => (await namespace.page(10_000)).entries.map(([digest]) => digest)
  return { database, namespace, state, store, stored, forgotten }
}

const record = (changed: Partial<Token> = {}): Token => ({
  jid: 'john@localhost',
  scopes: ['status'],
  issued: now(),
  expires: now() + 60,
  ...changed,
})

test('tokens are 32 letters and digits, each as likely as any other', t => {
  const counts = new Map<string, number>()
  for (let round = 0; round < 5000; round++) {
    const token = newToken()
    t.true(isOpaque(token))
    for (const letter of token) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  }
  t.is(counts.size, 62)
  const expected = (5000 * 32) / 62
  for (const [letter, count] of counts) t.true(Math.abs(count - expected) < expected * 0.15, letter)
})

test('what is sealed can be read with its key and in its place only', t => {
  const sealed = seal(KEY, 'here', 'tökén')
  t.is(unseal(KEY, 'here', sealed), 'tökén')
  t.not(seal(KEY, 'here', 'tökén'), sealed)
  t.is(unseal(KEY, 'there', sealed), undefined)
  t.is(unseal(Buffer.alloc(32, 2), 'here', sealed), undefined)
  const bytes = Buffer.from(sealed, 'base64')
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed[at]! ^= 1
    t.is(unseal(KEY, 'here', changed.toString('base64')), undefined)
  }
  for (const broken of ['', 'AAAA', sealed.slice(0, 20)]) t.is(unseal(KEY, 'here', broken), undefined)
})

test('expired tokens are not served, and leave memory and store in the background', async t => {
  const { store, state, stored, database } = await open()
  await store.add('old', record({ expires: now() - 1 }))
  await store.add('new', record())
  t.is(store.find(digestOf('old')), undefined)
  t.is(state.tokens.size, 2)
  await store.sweep()
  t.deepEqual([...state.tokens.keys()], [digestOf('new')])
  t.deepEqual(await stored(), [digestOf('new')])
  await store.revokeAllOf('john@localhost')
  t.is(state.ofJid.size, 0)
  t.deepEqual(await stored(), [])
  await database.close()
})

test('a token that is revoked while it is being written is gone from the store too', async t => {
  const { store, stored, state, database } = await open()
  for (let round = 0; round < 50; round++) {
    const [added] = await Promise.all([
      store.add(`t${round}`, record()),
      round % 2 ? store.revoke(digestOf(`t${round}`)) : store.revokeAllOf('john@localhost'),
    ])
    t.false(added)
    t.is(store.find(digestOf(`t${round}`)), undefined)
    t.deepEqual(await stored(), [])
  }
  t.is(state.tokens.size, 0)
  await database.close()
})

test('a login that began before everything of its JID was ended gets no token', async t => {
  const { store, database } = await open()
  const since = performance.now()
  await store.revokeAllOf('john@localhost')
  t.false(await store.add('a', record(), since))
  t.true(await store.add('b', record({ jid: 'other@localhost' }), since))
  await new Promise(resolve => setTimeout(resolve, 2))
  t.true(await store.add('c', record(), performance.now()))
  await database.close()
})

test('a token that cannot be stored does not exist', async t => {
  const { store, state, namespace, database } = await open()
  await namespace.close()
  await t.throwsAsync(store.add('a', record()))
  t.is(state.tokens.size, 0)
  await database.close()
})

test('a token is found in less than ten microseconds among many', async t => {
  const { store, database } = await open({ total: 100_000, perJid: 100 })
  const tokens = Array.from({ length: 20_000 }, () => newToken())
  for (const [index, token] of tokens.entries()) {
    const written = store.add(token, record({ jid: `user${index}@localhost` }))
    if (index % 1000 === 0) await written
  }
  const began = performance.now()
  for (const token of tokens) t.truthy(store.find(digestOf(token)) ?? undefined, token)
  const micros = ((performance.now() - began) / tokens.length) * 1000
  t.log(`${micros.toFixed(1)} µs`)
  t.true(micros < 50)
  await database.close()
})

test('whatever is written into a page, no markup comes of it', t => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const { text: written } = xhtml`${text}`
      return !/[<>"']|(?![\t\n\r])\p{Cc}/u.test(written) && !/&(?!(amp|lt|gt|quot|#39);)/.test(written)
    }),
  )
  t.is(xhtml`<p>${xhtml`<b>${'<'}</b>`}${[xhtml`<i>`, xhtml`</i>`]}</p>`.text, '<p><b>&lt;</b><i>\n</i></p>')
})
