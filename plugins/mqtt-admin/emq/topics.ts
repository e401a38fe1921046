import { EmqError } from 'patchbay'

const MOST_BYTES = 4096
const WILDCARD = /[+#]/
const LONE_SURROGATE = /\p{Surrogate}/u
/** MQTT 3.1.1 §4.7.2: a wildcard fills its level, and `#` is the last. */
const FILTER = /^(?:(?:\+|[^+#/]*)\/)*(?:\+|#|[^+#/]*)$/

/** 102 where the original says so: an empty topic, one that is too long, or with a wildcard where none may be. */
export function assertTopic(topic: string, { wildcards = false } = {}): void {
  const right =
    topic !== '' &&
    Buffer.byteLength(topic) <= MOST_BYTES &&
    // MQTT 3.1.1 §1.5.3: neither NUL nor half a character.
    !topic.includes('\0') &&
    !LONE_SURROGATE.test(topic) &&
    (wildcards ? FILTER.test(topic) : !WILDCARD.test(topic))
  if (!right) throw new EmqError(102, `validate topic: ${topic} fail`)
}
