import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { LiveTable } from '../http/live-table.js'
import type { Command } from '../life/contributions.js'
import { VERSION } from '../status.js'
import { ejabberdPaths } from './ejabberd.js'
import { type Json, operationOf, templateOf } from './operation.js'

/** What is written by hand about the kernel's own routes. */
const WRITTEN = join(__dirname, '..', '..', '..', 'docs', 'openapi.yaml')

const prepared = new WeakMap<LiveTable, Promise<string>>()

/** The OpenAPI 3.1 document of every native route and ejabberd command that is live, as text; made once for each table. */
export function openapiOf(table: LiveTable): Promise<string> {
  const known = prepared.get(table)
  if (known) return known
  const made = make(table)
  prepared.set(table, made)
  made.catch(() => prepared.delete(table))
  return made
}

async function make(table: LiveTable): Promise<string> {
  const written = parse(await readFile(WRITTEN, 'utf8')) as { info: Json; paths: Record<string, Json> }
  const paths: Record<string, Json> = { ...written.paths }
  for (const { contributions } of table.generations.values()) {
    for (const route of contributions.routes) {
      const path = templateOf(route.path)
      const method = route.method.toLowerCase()
      if (paths[path]?.[method]) continue
      paths[path] = { ...paths[path], [method]: operationOf(route) }
    }
    for (const command of contributions.commands) {
      if (isEjabberd(command)) Object.assign(paths, Object.fromEntries(ejabberdPaths(command)))
    }
    await new Promise(setImmediate)
  }
  return JSON.stringify({ ...written, info: { ...written.info, version: VERSION }, paths })
}

function isEjabberd(command: Command): command is Command<'ejabberd'> {
  return command.face === 'ejabberd'
}
