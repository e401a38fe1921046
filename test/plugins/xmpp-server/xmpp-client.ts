import { createRequire } from 'node:module'

/** The part of @xmpp/client, which has no types of its own, that tests use. */
export interface XmppClient {
  start(): Promise<{ toString(): string }>
  stop(): Promise<unknown>
  send(stanza: XmppElement): Promise<void>
  on(event: 'error', heard: (thrown: Error) => void): void
  on(event: 'stanza', heard: (stanza: XmppElement) => void): void
  readonly iqCaller: { get(payload: XmppElement, to?: string): Promise<XmppElement | undefined> }
}

export interface XmppElement {
  readonly attrs: Readonly<Record<string, string>>
  is(name: string): boolean
  getChild(name: string, xmlns?: string): XmppElement | undefined
  getChildText(name: string): string | null
}

interface XmppLibrary {
  client(options: {
    service: string
    domain: string
    username: string
    password: string
    resource?: string
  }): XmppClient
  xml(name: string, attributes?: object | string, ...children: (XmppElement | string)[]): XmppElement
}

export function xmppLibrary(): XmppLibrary {
  return createRequire(__filename)('@xmpp/client') as XmppLibrary
}
