import { onOneLine } from '../../log-text.js'

export interface ToldEvent {
  at: string
  event: string
  client_id: string
  username: string | null
  address: string | null
  topic?: string
  qos?: number
  reason?: string
  count?: number
}

/** One event as a row: when, what, who, about what. */
export function eventRow({ at, event, client_id, username, address, topic, qos, reason, count }: ToldEvent): string[] {
  const who = [client_id, ...(username === null ? [] : [`(${username})`])].join(' ')
  const about = [
    topic,
    qos === undefined ? undefined : `QoS ${qos}`,
    reason,
    count === undefined ? undefined : `×${count}`,
  ]
  return [`${at.slice(0, 23)}Z`, event, who, address ?? '', about.filter(each => each !== undefined).join(', ')].map(
    onOneLine,
  )
}
