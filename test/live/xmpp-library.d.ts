/** What the tests use of a package that has no types of its own. */
declare module '@xmpp/client' {
  import type { EventEmitter } from 'node:events'

  export interface Element {
    readonly attrs: Record<string, string | undefined>
    is(name: string, xmlns?: string): boolean
    getChildText(name: string, xmlns?: string): string | null
  }

  export interface Client extends EventEmitter {
    readonly reconnect: { stop(): void }
    /** Resolves to the JID that was bound. */
    start(): Promise<{ toString(): string }>
    stop(): Promise<unknown>
    send(element: Element): Promise<void>
    on(event: 'stanza', act: (stanza: Element) => void): this
    on(event: 'error', act: (error: Error & { condition?: string }) => void): this
  }

  export function client(options: {
    service: string
    domain: string
    resource: string
    username: string
    password: string
  }): Client

  export function xml(name: string, attributes?: Record<string, string>, ...children: (Element | string)[]): Element
}
