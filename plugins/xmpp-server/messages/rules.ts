export type MessageType = 'normal' | 'chat' | 'groupchat' | 'headline' | 'error'

/**
 * What becomes of a message: `most` available sessions or `all` take it, it is kept in the `store`, dealt with as if
 * it had been sent to the `bare` JID, answered by an `error`, or dropped in silence.
 */
export type Fate = 'most' | 'all' | 'store' | 'bare' | 'error' | 'drop'

export interface Rule {
  /** To a bare JID, while a session takes messages. */
  readonly online: Fate
  /** To a bare JID, while none does. */
  readonly offline: Fate
  /** To a full JID that nobody has bound. */
  readonly absent: Fate
}

/** RFC 6121 §8.5.4, table 1, where it leaves a choice as Prosody and ejabberd have made it. */
export const RULES: Readonly<Record<MessageType, Rule>> = {
  normal: { online: 'most', offline: 'store', absent: 'error' },
  chat: { online: 'most', offline: 'store', absent: 'bare' },
  groupchat: { online: 'error', offline: 'error', absent: 'error' },
  headline: { online: 'all', offline: 'drop', absent: 'drop' },
  error: { online: 'drop', offline: 'drop', absent: 'drop' },
}

/** What is no type of the RFC counts as `normal` (RFC 6121 §5.2.2). */
export function typeOf(type: string | undefined): MessageType {
  return type !== undefined && Object.hasOwn(RULES, type) ? (type as MessageType) : 'normal'
}
