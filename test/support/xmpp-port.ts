import type { TestKernel } from '../../kernel/testing.js'

/** Where the embedded XMPP server takes clients, over TCP or direct TLS. */
export function xmppPort({ log }: Pick<TestKernel, 'log'>, transport: 'tcp' | 'tls' = 'tcp'): number {
  const listening = /^XMPP is listening on .*:(\d+) \((tcp|tls)\)$/
  const found = log.map(({ message }) => listening.exec(message)).find(match => match?.[2] === transport)
  return Number(found?.[1])
}
