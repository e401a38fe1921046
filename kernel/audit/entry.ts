/** What the audit log says about one call. */
export interface AuditEntry {
  /** ISO 8601, UTC. */
  time: string
  /** As the answer's `X-Request-Id`. */
  request: string
  /** `native`, or the name of a face. */
  face: string
  /** `127.0.0.1:8080`, or `control socket`. */
  listener: string
  /** The caller's IP address; empty on the control socket. */
  address: string
  /** Who called: what proved it, and the name; null without valid credentials. */
  who: { kind: string; name: string } | null
  /** As the face names it: `register`, `DELETE users/bob`. */
  command: string
  /** What was asked, without secrets and cut to a bounded size. */
  arguments?: unknown
  result: 'done' | 'failed' | 'denied' | 'wrong credentials'
  /** HTTP status of the answer. */
  status: number
  /** In the face's words, where the status does not tell. */
  failure?: string
  /** Refusals of one address, name and minute are one entry: how many there were. */
  count?: number
}

/** An entry with its number: they count up from 1, without gaps. */
export interface NumberedEntry extends AuditEntry {
  number: number
}
