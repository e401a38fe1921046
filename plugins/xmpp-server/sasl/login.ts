import type { Server } from '../server.js'
import { restart } from '../stream/arrive.js'
import { closeStream } from '../stream/close.js'
import { SASL } from '../stream/features.js'
import type { Stream } from '../stream/stream.js'
import { write } from '../stream/write.js'
import { type Element, element, elements, textOf } from '../xml/element.js'
import { decodeMessage } from './base64.js'
import { SaslFailure } from './failure.js'
import type { Mechanism, Step } from './mechanism.js'
import { MECHANISMS, mayUsePlain } from './mechanisms.js'

/** Refused logins after which a stream is closed (RFC 6120 §6.4.5 asks for two to five retries). */
const MOST_REFUSED = 5

/** A step of the login of a stream (RFC 6120 §6). */
export async function login(server: Server, stream: Stream, said: Element): Promise<void> {
  try {
    const { exchange } = stream
    stream.exchange = undefined
    if (said.name === 'abort') throw new SaslFailure('aborted')
    if (elements(said).length > 0) throw new SaslFailure('malformed-request')
    if (said.name === 'auth' && !exchange) await begin(server, stream, said)
    else if (said.name === 'response' && exchange) await proceed(server, stream, textOf(said), exchange)
    else throw new SaslFailure('malformed-request', 'this step has no place here')
  } catch (thrown) {
    refuse(server, stream, thrown)
  }
}

async function begin(server: Server, stream: Stream, said: Element): Promise<void> {
  const mechanism = MECHANISMS.find(({ name }) => name === said.attributes['mechanism'])
  if (!mechanism) throw new SaslFailure('invalid-mechanism')
  if (mechanism.shows && !mayUsePlain(server, stream)) throw new SaslFailure('encryption-required')
  const text = textOf(said)
  if (text !== '') return follow(server, stream, mechanism, await mechanism.begin(server, stream, decodeMessage(text)))
  // Its first message comes in answer to an empty challenge.
  stream.exchange = { mechanism: mechanism.name, scram: undefined }
  write(stream, element(SASL, 'challenge'))
}

async function proceed(
  server: Server,
  stream: Stream,
  text: string,
  { mechanism: name, scram }: NonNullable<Stream['exchange']>,
): Promise<void> {
  const mechanism = MECHANISMS.find(each => each.name === name)!
  const message = text === '' ? '' : decodeMessage(text)
  const step = scram
    ? await mechanism.proceed!(server, stream, message, scram)
    : await mechanism.begin(server, stream, message)
  follow(server, stream, mechanism, step)
}

function follow(server: Server, stream: Stream, { name }: Mechanism, step: Step): void {
  if (stream.state === 'closed') return
  if ('challenge' in step) {
    stream.exchange = { mechanism: name, scram: step.scram }
    write(stream, element(SASL, 'challenge', {}, [encode(step.challenge)]))
    return
  }
  const { account, told } = step
  // Only who knows the password learns of the ban.
  if (server.accounts.find(account)?.ban) throw new SaslFailure('account-disabled', 'this account is banned')
  stream.account = account
  stream.state = 'authenticated'
  server.registry.unbound.add(stream)
  write(stream, element(SASL, 'success', {}, told === undefined ? [] : [encode(told)]))
  restart(server, stream)
}

function refuse(server: Server, stream: Stream, thrown: unknown): void {
  const failure = thrown instanceof SaslFailure ? thrown : new SaslFailure('temporary-auth-failure')
  if (failure !== thrown) server.log.error({ err: thrown }, `a login from ${stream.address} could not be handled`)
  const text = failure.message === '' ? [] : [element(SASL, 'text', { 'xml:lang': 'en' }, [failure.message])]
  write(stream, element(SASL, 'failure', {}, [element(SASL, failure.condition), ...text]))
  stream.refusals = (stream.refusals ?? 0) + 1
  if (stream.refusals >= MOST_REFUSED) closeStream(stream, 'policy-violation', 'too many logins were refused')
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}
