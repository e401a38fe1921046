import type { EjabberdCommand } from '../http/faces/ejabberd-command.js'
import { versionsOf } from '../http/faces/ejabberd-help.js'
import { argumentsIn, isPairs, type Named, resultIn, type ValueType } from '../http/faces/ejabberd-types.js'
import type { Command } from '../life/contributions.js'
import type { Json } from './operation.js'

const REFUSED = {
  description: 'Refused: a sentence, or an object with a code and a message (400, 401, 403, 404, 409, 500)',
  content: {
    'application/json': {
      schema: {
        oneOf: [
          { type: 'string' },
          {
            type: 'object',
            required: ['status', 'code', 'message'],
            properties: { status: { const: 'error' }, code: { type: 'integer' }, message: { type: 'string' } },
          },
        ],
      },
    },
  },
}

/** The paths of a command of ejabberd's API: the plain one, which is version 0, and one for each later version that differs. */
export function ejabberdPaths({ owner, permission, definition }: Command<'ejabberd'>): [path: string, item: Json][] {
  return versionsOf(definition).map(version => [
    `/api/${definition.name}${version === 0 ? '' : `/v${version}`}`,
    { post: operation(owner, permission, definition, version) },
  ])
}

function operation(owner: string, permission: string | undefined, command: EjabberdCommand, version: number): Json {
  const wanted = argumentsIn(command.arguments, version)
  const required = wanted.filter(({ type }) => typeof type === 'string').map(({ name }) => name)
  const rights = permission === undefined ? 'Open to everybody.' : `Takes the permission ${permission}.`
  const schema = {
    ...objectOf(wanted),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  }
  return {
    operationId: `ejabberd_${command.name}${version === 0 ? '' : `_v${version}`}`,
    tags: [owner, ...command.tags.map(tag => `ejabberd ${tag}`)],
    summary: command.description,
    description: [command.details, rights].filter(Boolean).join('\n\n'),
    requestBody: { required: true, content: { 'application/json': { schema } } },
    responses: { '200': { description: 'done', ...answer(command, version) }, default: REFUSED },
  }
}

function answer({ result }: EjabberdCommand, version: number): Json {
  const { name, type } = resultIn(result, version)
  const wrapped = version === 0 && typeof type === 'string' && !type.startsWith('res')
  const schema = wrapped ? objectOf([{ name, type }]) : schemaOf(type)
  return { content: { 'application/json': { schema } } }
}

function schemaOf(type: ValueType): Json {
  if (type === 'integer') return { type }
  if (type === 'rescode') return { type: 'integer', enum: [0, 1], description: '0 is done, 1 is not done' }
  if (typeof type === 'string') return { type: 'string' }
  if ('tuple' in type) return objectOf(type.tuple)
  if (isPairs(type)) return { type: 'object', additionalProperties: schemaOf(type.list.type.tuple[1]!.type) }
  return { type: 'array', items: schemaOf(type.list.type) }
}

function objectOf(fields: readonly Named[]): Json {
  return { type: 'object', properties: Object.fromEntries(fields.map(({ name, type }) => [name, schemaOf(type)])) }
}
