import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { answer } from './child.js'
import { connectPacket, packet, subscribePacket, text } from './mqtt-packets.js'

/**
 * Load on a broker from raw sockets: packets are written as bytes prepared once and read by their fixed headers only,
 * so that the generator is faster than any broker it is used on. Closed loop: a publisher sends again when what it sent
 * has arrived (QoS 0) or was acknowledged (QoS 1), so no broker is made to drop anything.
 */
export interface MqttLoad {
  port: number
  publishers: number
  /** Of every topic when there is one publisher; else one for each topic. */
  subscribers: number
  qos: 0 | 1
  /** Messages that each publisher may have under way. */
  window: number
  /** Bytes. */
  payload: number
  warmUpSeconds: number
  seconds: number
}

export type MqttLoadVerbs = {
  /** Messages that reached subscribers, a second. */
  run(load: MqttLoad): Promise<number>
}

const PUBACK = 4

/** Calls `each` with the type of every whole packet, and with where its body begins in which bytes. */
function packets(socket: Socket, each: (type: number, bytes: Buffer, body: number) => void, chunkDone: () => void) {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', chunk => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let at = 0
    while (at + 2 <= bytes.length) {
      let [length, factor, body] = [0, 1, at + 1]
      let byte: number
      do {
        byte = bytes[body++] ?? 0x80
        length += (byte & 0x7f) * factor
        factor *= 128
      } while (byte > 0x7f && body <= bytes.length)
      if (body + length > bytes.length) break
      each(bytes[at]! >> 4, bytes, body)
      at = body + length
    }
    rest = bytes.subarray(at)
    chunkDone()
  })
}

async function open(port: number, clientId: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.write(connectPacket(clientId))
  await once(socket, 'data')
  return socket
}

async function run({ port, publishers, subscribers, qos, window, payload, warmUpSeconds, seconds }: MqttLoad) {
  const sockets: Socket[] = []
  const run = Math.random().toString(36).slice(2)
  const topicOf = (index: number) => `bench/${run}/${index}`
  let delivered = 0
  let stopped = false
  const arrived: ((count: number) => void)[] = []

  for (let index = 0; index < subscribers; index++) {
    const topic = index % publishers
    const socket = await open(port, `${run}-s${index}`)
    sockets.push(socket)
    socket.write(subscribePacket(topicOf(topic), qos))
    await once(socket, 'data')
    let [count, acknowledgements] = [0, [] as number[]]
    packets(
      socket,
      (type, bytes, body) => {
        if (type !== 3) return
        count++
        if (qos === 0) return
        const at = body + 2 + bytes.readUInt16BE(body)
        acknowledgements.push(0x40, 2, bytes[at]!, bytes[at + 1]!)
      },
      () => {
        delivered += count
        if (acknowledgements.length > 0) socket.write(Buffer.from(acknowledgements))
        acknowledgements = []
        arrived[topic]?.(count)
        count = 0
      },
    )
  }

  for (let index = 0; index < publishers; index++) {
    const socket = await open(port, `${run}-p${index}`)
    sockets.push(socket)
    const identifier = qos === 0 ? Buffer.alloc(0) : Buffer.from([0, 1])
    const one = packet(0x30 | (qos << 1), Buffer.concat([text(topicOf(index)), identifier, Buffer.alloc(payload, 'x')]))
    const identifierAt = one.length - payload - 2
    const many = Buffer.concat(Array.from({ length: window }, () => one))
    let free = window
    let next = 1
    const fill = () => {
      if (stopped || free < window / 4) return
      const count = Math.floor(free)
      free -= count
      const bytes = many.subarray(0, count * one.length)
      if (qos === 0) socket.write(bytes)
      else {
        const own = Buffer.from(bytes)
        for (let at = identifierAt; at < own.length; at += one.length) {
          own.writeUInt16BE(next, at)
          next = next === 65_535 ? 1 : next + 1
        }
        socket.write(own)
      }
    }
    if (qos === 0) {
      const each = subscribers / publishers
      arrived[index] = count => {
        free += count / each
        fill()
      }
    } else {
      packets(socket, type => void (type === PUBACK && free++), fill)
    }
    fill()
  }

  await new Promise(resolve => setTimeout(resolve, warmUpSeconds * 1000))
  const [before, began] = [delivered, performance.now()]
  await new Promise(resolve => setTimeout(resolve, seconds * 1000))
  const rate = (delivered - before) / ((performance.now() - began) / 1000)
  stopped = true
  for (const socket of sockets) socket.destroy()
  return rate
}

answer({ run } satisfies MqttLoadVerbs)
