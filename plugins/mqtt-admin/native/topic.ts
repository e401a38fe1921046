import { z } from 'zod'

/** Bytes of UTF-8 (MQTT 3.1.1 §1.5.3). */
const LONGEST = 65_535
const SURROGATE = /\p{Surrogate}/u

/** What is wrong with a topic to publish to (MQTT 3.1.1 §4.7), or nothing. */
export function wrongTopic(topic: string): string | undefined {
  return /[+#]/.test(topic) ? 'expected a topic without the wildcards + and #' : wrongText(topic)
}

/** What is wrong with a topic filter, or nothing. */
export function wrongFilter(filter: string): string | undefined {
  const wrong = wrongText(filter)
  if (wrong) return wrong
  const levels = filter.split('/')
  const sound = levels.every((level, index) => {
    if (level === '+') return true
    if (level === '#') return index === levels.length - 1
    return !/[+#]/.test(level)
  })
  return sound ? undefined : 'expected a filter in which + is a whole level, and # the last one'
}

function wrongText(text: string): string | undefined {
  if (text === '') return 'expected a text that is not empty'
  if (text.includes('\0')) return 'expected a text without the character U+0000'
  if (SURROGATE.test(text)) return 'expected valid Unicode, without half a surrogate pair'
  if (Buffer.byteLength(text) > LONGEST) return `expected at most ${LONGEST} bytes of UTF-8`
  return undefined
}

export const topicText = checked(wrongTopic)
export const filterText = checked(wrongFilter)

function checked(wrong: (text: string) => string | undefined) {
  return z.string().check(payload => {
    const message = wrong(payload.value)
    if (message) payload.issues.push({ code: 'custom', message, input: payload.value })
  })
}

/** Whether a message to `topic` reaches a subscription to `filter`; wildcards at the front leave out `$…` (§4.7.2). */
export function topicMatches(filter: string, topic: string): boolean {
  if (filter === topic) return true
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false
  const wanted = filter.split('/')
  const levels = topic.split('/')
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false
  }
  return wanted.length === levels.length
}
