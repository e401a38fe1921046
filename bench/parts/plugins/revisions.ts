import { type Exchange, request } from '../load.js'
import { indexFile, revisionFile, type Source } from './source.js'

/** What a reload meets: good code, code that cannot be linked, code whose `start` throws. */
export type Fate = 'works' | 'fails at link' | 'fails in start'

const PAD = 'x'.repeat(200)
const REVISION = 'const revision_1 = require("./lib/revision.js");'

export const BACKEND = 'bench-backend'
export const FACE = 'bench-face'

/** Answers carry the revision of the code that made them, so that each one shows which generation answered. */
const SOURCES: Record<typeof BACKEND | typeof FACE, string> = {
  [BACKEND]: indexFile(
    BACKEND,
    'permissions: { read: "Read" },',
    `const { REVISION } = revision_1;
    if (revision_1.FAILS) throw new Error("this revision does not start");
    ctx.provide("bench-service", { revision: () => REVISION });
    ctx.route("GET", "/backend", { permission: "read" }, () => ({ from: "backend", revision: REVISION, pad: "${PAD}" }));`,
    REVISION,
  ),
  [FACE]: indexFile(
    FACE,
    'permissions: { read: "Read" }, uses: ["bench-service"],',
    `const { REVISION } = revision_1;
    if (revision_1.FAILS) throw new Error("this revision does not start");
    const service = ctx.service("bench-service");
    const reply = from => ({ from, revision: REVISION, pad: "${PAD}" });
    const access = { permission: "read" };
    ctx.route("GET", "/face/static", access, () => reply("static"));
    ctx.route("GET", "/face/things/:id", access, ({ params }) => reply(params.id));
    ctx.route("POST", "/face/echo", { ...access, body: "json" }, ({ input }) => reply(input.name));
    ctx.route("GET", "/face/slow", access, async () => {
      const before = service().revision();
      await new Promise(resolve => setTimeout(resolve, 8));
      if (service().revision() !== before) throw new Error("the service changed under a request");
      return reply("slow");
    });`,
    REVISION,
  ),
}

export function revision(plugin: keyof typeof SOURCES, number: number, fate: Fate): Source {
  const file = revisionFile(number)
  const ends: Record<Fate, string> = {
    works: '',
    'fails at link': 'this is not JavaScript',
    'fails in start': 'exports.FAILS = true;\n',
  }
  return { 'index.js': SOURCES[plugin], 'lib/revision.js': file + ends[fate] }
}

function exchange(from: string, source: number, text: string): Exchange {
  return { request: text, before: `{"from":"${from}","revision":`, after: `,"pad":"${PAD}"}`, source }
}

/** The number under which the load generator keeps apart whose revision an answer shows. */
export const SOURCE_OF = { [FACE]: 0, [BACKEND]: 1 }

/** Static, parameters, a body, a wait across swaps with a service on both sides of it, and the other plugin's own route. */
export const EXCHANGES: Exchange[] = [
  exchange('static', 0, request('GET', '/face/static')),
  exchange('a b', 0, request('GET', '/face/things/a%20b')),
  exchange('echo', 0, request('POST', '/face/echo', '{"name":"echo"}')),
  exchange('slow', 0, request('GET', '/face/slow')),
  exchange('backend', 1, request('GET', '/backend')),
]
