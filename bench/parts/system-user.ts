import { chownSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface SystemUser {
  uid: number
  gid: number
}

/** The ids of a user of this machine; undefined when there is none of that name. */
export function userNamed(name: string): SystemUser | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find(entry => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}

/** Gives a folder and the files in it to somebody. */
export function chownAll(folder: string, { uid, gid }: SystemUser): void {
  chownSync(folder, uid, gid)
  for (const name of readdirSync(folder)) chownSync(join(folder, name), uid, gid)
}
