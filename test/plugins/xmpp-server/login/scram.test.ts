import test from 'ava'
import fc from 'fast-check'
import { deriveScramKey } from '../../../../plugins/xmpp-server/accounts/scram-keys.js'
import { decodeMessage, fromBase64 } from '../../../../plugins/xmpp-server/sasl/base64.js'
import { SaslFailure } from '../../../../plugins/xmpp-server/sasl/failure.js'
import { checkClientFinal, parseClientFirst, scramChallenge } from '../../../../plugins/xmpp-server/sasl/scram.js'

/** What a call is refused with. */
function refusal(act: () => unknown): string | undefined {
  try {
    act()
    return undefined
  } catch (thrown) {
    if (thrown instanceof SaslFailure) return thrown.condition
    throw thrown
  }
}

// RFC 5802 §5, RFC 7677 §3
const EXAMPLES = [
  {
    digest: 'sha1',
    salt: 'QSXCR+Q6sek8bf92',
    first: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    nonce: '3rfcNHYJY1ZVvWVs7j',
    challenge: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    final: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    signature: 'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    digest: 'sha256',
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    first: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    challenge: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    final: 'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    signature: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
] as const

async function begun({ digest, salt, first, nonce }: (typeof EXAMPLES)[number]) {
  const key = await deriveScramKey('pencil', Buffer.from(salt, 'base64'), 4096, digest)
  return { key, ...scramChallenge(parseClientFirst(first), 'user@localhost', key, nonce) }
}

for (const example of EXAMPLES) {
  test(`SCRAM with ${example.digest} says what the RFC's example says`, async t => {
    const { key, challenge, start } = await begun(example)
    t.is(challenge, example.challenge)
    t.is(checkClientFinal(example.final, start, key, example.digest), example.signature)
  })

  test(`SCRAM with ${example.digest} accepts no final message that differs in a character`, async t => {
    const { key, start } = await begun(example)
    const { final, digest } = example
    for (let at = 0; at < final.length; at++) {
      for (const other of ['A', '=', ',', '\0']) {
        if (final[at] === other) continue
        const tampered = final.slice(0, at) + other + final.slice(at + 1)
        let accepted: string | undefined
        refusal(() => {
          accepted = checkClientFinal(tampered, start, key, digest)
        })
        t.is(accepted, undefined, tampered)
      }
    }
  })
}

test('a final message with parts missing, doubled, out of order or strange is malformed; a wrong one is only wrong', async t => {
  const [example] = EXAMPLES
  const { key, start } = await begun(example)
  const [c, r, p] = example.final.split(',') as [string, string, string]
  const check = (message: string) => checkClientFinal(message, start, key, 'sha1')
  for (const message of [
    '',
    ',',
    p,
    `${c},${p}`,
    `${r},${p}`,
    `${r},${c},${p}`,
    `${c},${r}`,
    `${p},${c},${r}`,
    `${c},${r},${p},`,
    `${c},${r},,${p}`,
    `${c},${r},x,${p}`,
    `c=,${r},x=,${p}`,
    `c=biw,${r},${p}`,
    `c=biws ,${r},${p}`,
    `${c},${r},p=v0X8v3Bz2T0CJGbJQyF0X-HI4Ts=`,
    `${c},${r},p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts`,
  ]) {
    t.is(
      refusal(() => check(message)),
      'malformed-request',
      message,
    )
  }
  // Another header than at first (RFC 5802 §6), another nonce, a proof of another length, an extension that was not signed.
  for (const message of [
    `c=eSws,${r},${p}`,
    `c=,${r},${p}`,
    `${c},r=fyko+d2lbbFgONRv9qkxdawL,${p}`,
    `${c},${r}x,${p}`,
    `${c},${r},p=`,
    `${c},${r},p=AAAA`,
    `${c},${r},x=y,${p}`,
  ]) {
    t.is(check(message), undefined, message)
  }
})

test('a first message is read in its parts', t => {
  t.like(parseClientFirst('n,,n=user,r=abc'), { header: 'n,,', authorization: '', name: 'user', nonce: 'abc' })
  t.like(parseClientFirst('y,a=user=2Cx@localhost,n=a=2Cb=3D=3D,r=abc,x=later'), {
    header: 'y,a=user=2Cx@localhost,',
    authorization: 'user,x@localhost',
    name: 'a,b==',
    bare: 'n=a=2Cb=3D=3D,r=abc,x=later',
  })
})

test('a first message that is none is malformed', t => {
  for (const message of [
    '',
    'n',
    'n,',
    'n,,',
    'n,,n=user',
    'n,,r=abc',
    'n,,r=abc,n=user',
    'n,,n=user,r=',
    'n,,n=user,r=a b',
    'n,,n=user,r=ä',
    `n,,n=user,r=${'x'.repeat(513)}`,
    'n,,n=user,,r=abc',
    'n,,n=user,r=abc,',
    'n,,n=user,r=abc,x',
    'n,,n=us=er,r=abc',
    'n,,n=us=2cer,r=abc',
    'n,,n=us=,r=abc',
    'n,,n=us\0er,r=abc',
    'n,b=user,n=user,r=abc',
    'n,a=,n=user,r=abc',
    'n,a=us=er,n=user,r=abc',
    // Channel binding, which is not offered, and extensions that must be understood.
    'p=tls-unique,,n=user,r=abc',
    'p=tls-exporter,,n=user,r=abc',
    'N,,n=user,r=abc',
    'n,,m=strange,n=user,r=abc',
    'x,,n=user,r=abc',
  ]) {
    t.is(
      refusal(() => parseClientFirst(message)),
      'malformed-request',
      message,
    )
  }
})

test('no message makes SCRAM fail in another way than by refusing it', async t => {
  const { key, start } = await begun(EXAMPLES[1])
  const piece = fc.constantFrom(
    'n',
    'y',
    'p',
    'a=',
    'n=',
    'r=',
    'c=',
    'm=',
    ',',
    '=',
    '=2C',
    'biws',
    start.nonce,
    '\0',
    'é',
  )
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece).map(pieces => pieces.join('')),
  )
  let refused = 0
  fc.assert(
    fc.property(hostile, message => {
      let accepted: string | undefined
      if (refusal(() => parseClientFirst(message))) refused++
      refusal(() => {
        accepted = checkClientFinal(message, start, key, 'sha256')
      })
      return accepted === undefined
    }),
    { numRuns: 2000 },
  )
  t.true(refused > 1000)
})

test('base64 has one spelling', t => {
  for (const [text, bytes] of [
    ['', ''],
    ['AA==', '\0'],
    ['QUI=', 'AB'],
    ['QUJD', 'ABC'],
  ] as const) {
    t.is(fromBase64(text)?.toString('latin1'), bytes)
  }
  for (const text of [
    '=',
    '==',
    'A',
    'AA',
    'AA=',
    'AB==',
    'QUJ=',
    'QU JD',
    'QUJD\n',
    ' QUJD',
    'QU-_',
    'QUJD=',
    'AA==AA==',
    'ä',
  ]) {
    t.is(fromBase64(text), undefined, text)
    if (text !== '=')
      t.is(
        refusal(() => decodeMessage(text)),
        'incorrect-encoding',
        text,
      )
  }
  t.is(decodeMessage('='), '')
  t.is(decodeMessage(Buffer.from('\ufeffä\0').toString('base64')), '\ufeffä\0')
  t.is(
    refusal(() => decodeMessage(Buffer.from([0xc3, 0x28]).toString('base64'))),
    'malformed-request',
  )
  t.is(
    refusal(() => decodeMessage(Buffer.from([0xed, 0xa0, 0x80]).toString('base64'))),
    'malformed-request',
  )
  t.is(
    refusal(() => decodeMessage(Buffer.alloc(8193, 'x').toString('base64'))),
    'malformed-request',
  )
  t.is(
    refusal(() => decodeMessage('A'.repeat(1_000_001))),
    'malformed-request',
  )
})
