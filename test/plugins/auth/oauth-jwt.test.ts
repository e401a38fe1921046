import 'reflect-metadata'
import { createHmac, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import jwt from 'jsonwebtoken'
import { Reconfigure } from '../../../kernel/reconfigure.js'
import { temporaryFolder } from '../../fixtures/process.js'
import { ADMIN, command, type OauthHouse, openOauthHouse } from './oauth-house.js'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsaLater = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = (key: KeyObject) => key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }) as string
const SECRET = 'a secret that is longer than 32 bytes'
const ISSUER = 'https://id.example'
const HMAC = 'https://hmac.example'

let house: OauthHouse
test.before(async () => {
  house = await openOauthHouse({
    jwt: {
      issuers: [
        {
          issuer: ISSUER,
          audience: 'patchbay',
          keys: [
            { kid: 'one', algorithm: 'RS256', public_key: pem(rsa.publicKey) },
            { kid: 'two', algorithm: 'RS256', public_key: pem(rsaLater.publicKey) },
            { kid: 'ec', algorithm: 'ES256', public_key: pem(ec.publicKey) },
          ],
        },
        {
          issuer: HMAC,
          keys: [{ algorithm: 'HS256', secret: SECRET }],
          scopes: 'permissions',
          subject: 'xmpp',
          clock_skew_seconds: 0,
          hosts: ['localhost', 'example.org'],
          operators: true,
        },
      ],
    },
  })
})
test.after.always(() => house?.close())

const now = () => Math.floor(Date.now() / 1000)
const claims = (changed: object = {}) => ({
  iss: ISSUER,
  aud: 'patchbay',
  sub: 'john@localhost',
  scope: 'profile status',
  iat: now(),
  exp: now() + 600,
  ...changed,
})
const signed = (changed: object = {}, header: object = {}, key: KeyObject = rsa.privateKey) =>
  forged({ alg: 'RS256', kid: 'one', ...header }, claims(changed), input =>
    createSign('sha256').update(input).sign({ key, dsaEncoding: 'ieee-p1363' }),
  )
const encode = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
const forged = (header: unknown, payload: unknown, sign: (input: string) => Buffer) => {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${sign(input).toString('base64url')}`
}
const hmac = (payload: unknown, secret: string | Buffer, header: object = { alg: 'HS256' }) =>
  forged(header, payload, input => createHmac('sha256', secret).update(input).digest())
const hmacClaims = (changed: object = {}) => ({
  iss: HMAC,
  xmpp: 'john@localhost',
  permissions: ['status'],
  exp: now() + 600,
  ...changed,
})

test('tokens of a configured issuer, by any of its keys', async t => {
  t.is(await house.use(signed()), 200)
  t.is(await house.use(signed({}, { kid: 'two' }, rsaLater.privateKey)), 200)
  t.is(await house.use(signed({}, { kid: 'ec', alg: 'ES256' }, ec.privateKey)), 200)
  t.is(await house.use(signed({ aud: ['other', 'patchbay'] })), 200)
  t.is(await house.use(signed({ exp: now() - 10 })), 200, 'within the clock skew')
  t.is(await house.use(signed({ nbf: now() + 10 })), 200, 'within the clock skew')
  t.is(await house.use(signed({ scope: 'profile' })), 403)
  t.is(await house.use(signed({ scope: undefined })), 403)
  t.is(await house.use(hmac(hmacClaims(), SECRET)), 200)
  t.is(await house.use(hmac(hmacClaims({ xmpp: 'admin@localhost' }), SECRET)), 200, 'operators: true')
  t.is(await house.use(hmac(hmacClaims({ xmpp: 'ann@example.org' }), SECRET)), 200, 'hosts')
  t.is(await house.use(hmac(hmacClaims(), SECRET, { alg: 'HS256', kid: 'any' })), 200, 'no key has a name')
})

test('claims that are wrong', async t => {
  const wrong: object[] = [
    { iss: 'https://other.example' },
    { iss: `${ISSUER}/` },
    { iss: [ISSUER] },
    { iss: undefined },
    { aud: 'other' },
    { aud: undefined },
    { exp: undefined },
    { exp: now() - 100 },
    { exp: String(now() + 600) },
    { exp: null },
    { nbf: now() + 100 },
    { nbf: 'x' },
    { iat: now() + 100 },
    { iat: 'x' },
    { sub: undefined },
    { sub: '@@' },
    { sub: 'localhost' },
    { sub: ['john@localhost'] },
    { sub: 'john@elsewhere' },
    { sub: 'admin@localhost' },
    { sub: 'ADMIN@localhost/x' },
    { scope: { status: true } },
    { scope: 5 },
    { scope: ['status', 5] },
    { scope: Array.from({ length: 300 }, (_, each) => `s${each}`) },
  ]
  for (const changed of wrong) t.is(await house.use(signed(changed)), 401, JSON.stringify(changed))
  const endless = JSON.stringify(hmacClaims()).replace(/"exp":\d+/, '"exp":1e400')
  t.is(await house.use(hmac(endless, SECRET)), 401)
  t.is(await house.use(hmac(hmacClaims({ exp: now() - 1 }), SECRET)), 401)
  t.is(await house.use(hmac(hmacClaims({ xmpp: 'john@elsewhere' }), SECRET)), 401)
})

test('signatures that are wrong: none, confusion of algorithms, keys, truncation', async t => {
  const none = (alg: string) => `${encode({ alg, kid: 'one' })}.${encode(claims())}`
  const tokens = [
    `${none('none')}.`,
    `${none('none')}.x`,
    `${none('NONE')}.AA`,
    signed({}, { alg: 'none' }),
    signed({}, { alg: 'RS384' }),
    signed({}, { alg: 'PS256' }),
    signed({}, { alg: undefined }),
    signed({}, { alg: ['RS256'] }),
    ...['HS256', 'RS256'].flatMap(alg => [
      hmac(claims(), pem(rsa.publicKey), { alg, kid: 'one' }),
      hmac(claims(), pem(rsa.publicKey).trim(), { alg, kid: 'one' }),
      hmac(claims(), '', { alg, kid: 'one' }),
    ]),
    signed({}, { kid: 'two' }),
    signed({}, { kid: 'ec' }),
    signed({}, { kid: 'ec', alg: 'ES256' }),
    signed({}, { kid: undefined }),
    ...['three', '', '../../../etc/passwd', '/dev/null', "one'--", '__proto__', 'constructor', 0, null, ['one']].map(
      kid => signed({}, { kid }),
    ),
    hmac(claims(), '', { alg: 'HS256', kid: '/dev/null' }),
    signed({}, { crit: ['exp'] }),
    signed(
      {},
      { kid: 'three', jku: 'http://127.0.0.1/keys', jwk: rsaLater.publicKey.export({ format: 'jwk' }) },
      rsaLater.privateKey,
    ),
    signed().slice(0, -1),
    signed().slice(0, -20),
    `${signed()}A`,
    `${signed()}.x`,
    ` ${signed()}x`,
    signed().replace(/\.[^.]+\./, `.${encode(claims({ sub: 'alice@localhost' }))}.`),
    hmac(hmacClaims(), 'another secret that is longer than 32 b'),
    hmac(hmacClaims(), `${SECRET} `),
    signed({ iss: HMAC }),
    forged('[]', claims(), () => Buffer.alloc(32)),
    forged('null', 'null', () => Buffer.alloc(32)),
    forged('{', '{', () => Buffer.alloc(32)),
    forged({ alg: 'RS256', kid: 'one' }, '"text"', () => Buffer.alloc(32)),
    signed({ padding: 'x'.repeat(8000) }),
    '..',
    'a.b.c',
    `${'['.repeat(3000)}.${'['.repeat(3000)}.x`,
    forged('['.repeat(2500), '['.repeat(2500), () => Buffer.alloc(32)),
  ]
  for (const token of tokens) t.is(await house.use(token), 401, token.slice(0, 200))
})

test('garbage is refused without a signature being checked', async t => {
  const garbage = [
    'x',
    '.',
    'a.b',
    'x'.repeat(8000),
    `${'a'.repeat(4000)}.${'a'.repeat(3000)}.x`,
    randomBytes(300).toString('base64url'),
  ]
  const began = performance.now()
  for (let round = 0; round < 1000; round++) {
    for (const token of garbage) {
      t.falsy(await house.oauth.verify({ scheme: 'bearer', token }, { face: 'ejabberd', address: '' }))
    }
  }
  t.true(performance.now() - began < 2000)
})

test('a token of another issuer can be revoked here, however its signature is written', async t => {
  const token = hmac(hmacClaims({ jti: 'x' }), SECRET)
  t.is(await house.use(token), 200)
  t.is((await house.ask(command('oauth_revoke_token', { token }))).body, '""')
  t.is(await house.use(token), 401)
  // The last letter of a signature of 32 bytes has two bits that mean nothing.
  const [last] = token.slice(-1)
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const other = letters[letters.indexOf(last!) ^ 1]!
  t.is(await house.use(token.slice(0, -1) + other), 401)
})

test.serial(
  'JWTs issued here: by request or by default, listed, revoked, and gone with everything of a JID',
  async t => {
    const own = await openOauthHouse({ jwt: { default: true } })
    try {
      const token = await own.token({ scope: 'status ejabberd:admin', ttl: '60' })
      const { header, payload } = jwt.decode(token, { complete: true }) as jwt.Jwt
      t.is(header.alg, 'HS256')
      t.like(payload, { iss: 'localhost', aud: 'localhost', sub: 'john@localhost', scope: 'status ejabberd:admin' })
      const { iat, exp, jti } = payload as { iat: number; exp: number; jti: string }
      t.is(exp - iat, 60)
      t.truthy(jti)
      t.is(await own.use(token), 200)
      t.is(await own.use(token.slice(0, -3)), 401)
      t.is(await own.use(`${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(43)}`), 401)
      t.regex(await own.token({ token_format: 'opaque' }), /^\w{32}$/)
      const listed = JSON.parse((await own.ask(command('oauth_list_tokens'))).body) as { token: string }[]
      t.true(listed.some(each => each.token === token))
      t.is((await own.ask(command('oauth_revoke_token', { token }))).body, '""')
      t.is(await own.use(token), 401)
      const another = await own.token()
      await own.oauth.revokeAllOf('john@localhost')
      t.is(await own.use(another), 401)
      const third = await own.token()
      own.revisions.set('john@localhost', 'r2')
      t.is(await own.use(third), 401)
      t.is(await house.use(third), 401, 'another installation')
    } finally {
      await own.close()
    }
  },
)

test.serial('JWTs are signed with the configured key, which others can verify', async t => {
  const folder = temporaryFolder()
  t.teardown(folder.remove)
  const file = join(folder.path, 'key.pem')
  writeFileSync(file, pem(ec.privateKey))
  const signing = { kid: 'k1', algorithm: 'ES256', file, issuer: 'https://patchbay.example', audience: 'others' }
  const own = await openOauthHouse({ jwt: { signing } })
  try {
    const token = await own.token({ token_format: 'jwt' })
    t.is(await own.use(token), 200)
    const { header } = jwt.decode(token, { complete: true }) as jwt.Jwt
    t.like(header, { alg: 'ES256', kid: 'k1', typ: 'at+jwt' })
    t.notThrows(() =>
      jwt.verify(token, ec.publicKey, { algorithms: ['ES256'], issuer: signing.issuer, audience: 'others' }),
    )
  } finally {
    await own.close()
  }
})

test.serial('secrets of the configuration are not shown where options are', async t => {
  const own = await openOauthHouse({
    jwt: {
      issuers: [{ issuer: HMAC, keys: [{ algorithm: 'HS256', secret: SECRET }] }],
      signing: { algorithm: 'ES256', private_key: pem(ec.privateKey) },
    },
  })
  try {
    const shown = await own.ask({
      path: '/api/v2/nodes/emq@127.0.0.1/plugin_configs/auth',
      headers: { Authorization: ADMIN },
    })
    const settings = await own.local('/kernel/config')
    for (const text of [shown.body, settings.body, JSON.stringify(own.log), JSON.stringify(own.inspect('auth'))]) {
      t.false(text.includes(SECRET))
      t.false(text.includes(pem(ec.privateKey).split('\n')[1]!))
    }
    t.regex(shown.body, /jwt\.issuers.*hidden/)
    t.is(await own.use(hmac(hmacClaims({ xmpp: undefined, sub: 'john@localhost', scope: 'status' }), SECRET)), 200)
    t.is(await own.use(await own.token({ token_format: 'jwt' })), 200)
  } finally {
    await own.close()
  }
})

test.serial('a key that changes in the configuration is used from its reload on', async t => {
  const by = (secret: string) => ({ issuers: [{ issuer: ISSUER, keys: [{ algorithm: 'HS256', secret }] }] })
  const options = { jwt: by(SECRET) }
  const own = await openOauthHouse(options)
  try {
    const token = hmac(claims(), SECRET)
    t.is(await own.use(token), 200)
    options.jwt = by(`another ${SECRET}`)
    t.deepEqual(await own.house.container.resolve(Reconfigure).reload(), ['auth'])
    t.is(await own.use(token), 401)
    t.is(await own.use(hmac(claims(), `another ${SECRET}`)), 200)
  } finally {
    await own.close()
  }
})

test('nothing that is sent as a token makes the verifier throw', async t => {
  const json = fc.json().map(text => Buffer.from(text).toString('base64url'))
  const part = fc.oneof(json, fc.base64String(), fc.string(), fc.constant(encode({ alg: 'RS256', kid: 'one' })))
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 4 }), async parts => {
      const proof = await house.oauth.verify({ scheme: 'bearer', token: parts.join('.') }, { face: 'emq', address: '' })
      return proof === undefined
    }),
    { numRuns: 2000 },
  )
  t.pass()
})

test.serial('keys that cannot be used stop the start, in words without the key', async t => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const curve = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const key = (each: object) => ({ jwt: { issuers: [{ issuer: ISSUER, keys: [each] }] } })
  const wrong: [object, RegExp][] = [
    [key({ algorithm: 'none', secret: SECRET }), /algorithm/],
    [key({ algorithm: 'HS512', secret: SECRET }), /algorithm/],
    [key({ algorithm: 'HS256', secret: 'short-secret' }), /32 bytes/],
    [key({ algorithm: 'HS256', public_key: pem(rsa.publicKey) }), /HS256 takes a secret/],
    [key({ algorithm: 'HS256', secret: pem(rsa.publicKey) }), /PEM key is no secret/],
    [key({ algorithm: 'RS256', secret: SECRET }), /public_key/],
    [key({ algorithm: 'RS256', public_key: pem(ec.publicKey) }), /RS256 takes an RSA key/],
    [key({ algorithm: 'RS256', public_key: pem(small.publicKey) }), /2048 bits/],
    [key({ algorithm: 'ES256', public_key: pem(rsa.publicKey) }), /P-256/],
    [key({ algorithm: 'ES256', public_key: pem(curve.publicKey) }), /P-256/],
    [key({ algorithm: 'RS256', public_key: 'garbage' }), /cannot be used/],
    [key({ algorithm: 'RS256', file: '/nonexistent/key.pem' }), /nonexistent/],
    [key({ algorithm: 'RS256' }), /one of secret, public_key, file/],
    [{ jwt: { issuers: [{ issuer: 'localhost', keys: [{ algorithm: 'HS256', secret: SECRET }] }] } }, /issued here/],
  ]
  for (const [options, message] of wrong) {
    const error = await t.throwsAsync(openOauthHouse(options as Record<string, unknown>))
    t.regex(`${error?.message} ${(error as { hint?: string })?.hint}`, message)
    for (const secret of [SECRET, 'short-secret', 'garbage', pem(rsa.publicKey).split('\n')[1]!]) {
      t.false(error!.message.includes(secret), error!.message)
    }
  }
})
