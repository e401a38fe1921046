import type { Socket } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import { KernelError, type PluginContext, reason } from 'patchbay'
import type { Options } from '../options.js'
import type { Server } from '../server.js'
import type { Stream } from './stream.js'

/** Which certificate a client is shown. */
export interface Security {
  /** Valid for this host, else the first. */
  of(host: string): SecureContext
}

/** The certificates of the options, else of the house. Throws KernelError `config_invalid`. */
export async function openSecurity(ctx: PluginContext<Options>): Promise<Security> {
  const { certfile, keyfile } = ctx.config
  const certificates = await ctx.certificates([certfile, keyfile].filter(file => file !== undefined))
  try {
    const contexts = certificates.map(({ key, cert, serves }) => ({
      serves,
      context: createSecureContext({ key, cert }),
    }))
    return { of: host => (contexts.find(({ serves }) => serves(host)) ?? contexts[0]!).context }
  } catch (thrown) {
    throw new KernelError('config_invalid', `xmpp-server: TLS refuses the certificate: ${reason(thrown)}`, {
      hint: 'plugins.xmpp-server.certfile and keyfile name PEM files that belong together',
    })
  }
}

/** Goes on over TLS, with the certificate that is configured now. */
export function secure({ registry }: Server, stream: Stream): void {
  const plain = stream.socket as Socket
  stream.detach()
  stream.socket = registry.wire.encrypt(plain, stream.domain)
  stream.secure = true
  registry.wire.attach(stream)
}
