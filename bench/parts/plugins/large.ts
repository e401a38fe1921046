import { type Exchange, request } from '../load.js'
import { indexFile, revisionFile, type Source } from './source.js'

export const LARGE = 'bench-large'
const PAD = 'y'.repeat(150)
const SERVICES = 20

/** What `tsc` writes ahead of decorated classes. */
const HELPERS = `"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
Object.defineProperty(exports, "__esModule", { value: true });
const tsyringe_1 = require("tsyringe");
`

/** A decorated class with some weight, which needs the one before it. */
function serviceFile(n: number): string {
  const before = n === 0 ? '' : `const service_${n - 1}_1 = require("./service-${n - 1}.js");\n`
  const methods = Array.from(
    { length: 5 },
    (_, m) => `    /** Sums what was noted under key ${m}; here so that the file weighs what a real one does. */
    method${m}(values) {
        let sum = ${n * m};
        for (const [index, value] of values.entries())
            sum += value * (index + ${m});
        return { sum, from: "service ${n}, method ${m}" };
    }`,
  )
  return `${HELPERS}${before}let Service${n} = class Service${n} {
    constructor(${n === 0 ? '' : 'before'}) {
        this.before = ${n === 0 ? 'undefined' : 'before'};
        this.values = Array.from({ length: 64 }, (_, index) => index);
    }
${methods.join('\n')}
};
exports.Service${n} = Service${n};
exports.Service${n} = Service${n} = __decorate([
    (0, tsyringe_1.singleton)()${n === 0 ? '' : `,\n    __metadata("design:paramtypes", [service_${n - 1}_1.Service${n - 1}])`}
], Service${n});
`
}

/** About 50 KB of code: decorated classes, 50 routes, a service, namespaces, a timer, a holding, an effect. */
export function largePlugin(revision: number): Source {
  const last = SERVICES - 1
  const source: Source = {
    'revision.js': revisionFile(revision),
    'index.js': indexFile(
      LARGE,
      'permissions: { read: "Read", write: "Write" }, storage: ["notes", "counts"], uses: ["bench-large-service"],',
      `const { REVISION } = revision_1;
    const [notes, counts] = [ctx.storage("notes"), ctx.storage("counts")];
    const service = ctx.container.resolve(service_${last}_1.Service${last});
    await notes.put("revision", REVISION);
    ctx.provide("bench-large-service", service);
    await ctx.keep("count", { open: () => ({ generations: 0 }), close: () => undefined });
    const reply = { from: "large", revision: REVISION, pad: "${PAD}" };
    for (let n = 0; n < 25; n++) {
      ctx.route("GET", \`/large/static/\${n}\`, { permission: "read" }, () => reply);
      ctx.route("POST", \`/large/things\${n}/:id\`, { permission: "write", body: "json" }, async ({ params, input }) => {
        await counts.put(params.id, input);
        return service.method${last % 5}(service.values);
      });
    }
    ctx.effect("clear", () => counts.clear());
    ctx.every(5, () => service.method1(service.values));`,
      `require("reflect-metadata");\nconst revision_1 = require("./revision.js");\nconst service_${last}_1 = require("./service-${last}.js");`,
    ),
  }
  for (let n = 0; n < SERVICES; n++) source[`service-${n}.js`] = serviceFile(n)
  return source
}

export const LARGE_EXCHANGES: Exchange[] = Array.from({ length: 25 }, (_, n) => ({
  request: request('GET', `/large/static/${n}`),
  before: '{"from":"large","revision":',
  after: `,"pad":"${PAD}"}`,
}))

export function bytesOf(source: Source): number {
  return Object.values(source).reduce((sum, text) => sum + text.length, 0)
}
