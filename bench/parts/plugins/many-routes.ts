import { type Exchange, request } from '../load.js'
import { indexFile, type Source } from './source.js'

/** What every route answers. */
export const BODY = { name: 'patchbay', answer: 'the same bytes from every server', count: 42 }

const EXPECTED = JSON.stringify(BODY)

/** A plugin with `count` routes, half of them static; each needs `permission`, or is public. */
export function manyRoutes(name: string, count: number, access: '{ permission: "read" }' | '{ public: true }'): Source {
  return {
    'index.js': indexFile(
      name,
      'permissions: { read: "Read" },',
      `const body = ${EXPECTED};
    for (let n = 0; n < ${count / 2}; n++) {
      ctx.route("GET", \`/bench/static/\${n}\`, ${access}, () => body);
      ctx.route("GET", \`/bench/group\${n}/:id/part/:part\`, ${access}, () => body);
    }`,
    ),
  }
}

export function staticExchange(n: number): Exchange {
  return { request: request('GET', `/bench/static/${n}`), before: EXPECTED }
}

export function parameterExchange(n: number): Exchange {
  return { request: request('GET', `/bench/group${n}/id${n}/part/${n}`), before: EXPECTED }
}
