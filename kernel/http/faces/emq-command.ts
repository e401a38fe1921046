import type { Access } from '../../life/contributions.js'
import type { Identity } from '../../life/identity.js'
import type { KernelContext } from '../request.js'

export interface EmqCommand {
  access: Access
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Under `/api/v2/`: `{name}` is one segment, `{name...}` everything up to what follows it. */
  path: string
  /** Whether the path may end in a slash; true unless said. */
  slash?: boolean
  /** Whether the last letter may be missing, as in `/route`: patterns of the original that end in `s?` where `/?` was meant. */
  clipped?: boolean
  /** What a change says to an unknown node; a list, without this, is 404. */
  unknownNode?: { code: number; message?: string }
  /** Required keys of the JSON body with their types; checked in this order. */
  params?: Record<string, 'string' | 'boolean'>
  /** Changes nothing although it is no GET, so the audit log leaves it out. */
  reads?: true
  /** Whether `curr_page` and `page_size` are read. */
  paged?: boolean
}

export interface EmqCall {
  /** The node's name, as configured. */
  node: string
  /** Captured parts of the path, form-decoded. */
  path: Record<string, string>
  /** The JSON object of the body; empty without one. */
  body: Record<string, unknown>
  page: EmqPage
  identity: Identity | undefined
  ctx: KernelContext
}

export interface EmqPage {
  current: number
  size: number
}

/** A documented code other than 0. All are HTTP 200; some go without a message. */
export class EmqError extends Error {
  constructor(
    readonly code: number,
    readonly text?: string,
  ) {
    super(text ?? `code ${code}`)
  }
}

/** 404 with an empty text/plain body: unknown path, unknown node. */
export class EmqNotFound extends Error {}

/** What crashed the original: a page that is no number, a QoS that is none, a `%` that is no byte (contracts/mqtt.md §1.4). */
export class EmqMalformed extends EmqError {
  constructor() {
    super(108, 'params type error')
  }
}

declare module '../../life/contributions.js' {
  interface FaceCommands {
    emq: { definition: EmqCommand; handler: (call: EmqCall) => unknown }
  }
}

/** A stable page of `all` in the face's envelope. */
export function paged<T>(page: EmqPage, total: number, objects: T[]): object {
  return {
    current_page: page.current,
    page_size: page.size,
    total_num: total,
    total_page: Math.ceil(total / page.size),
    objects,
  }
}
