import { hash } from 'node:crypto'

/** A page for people; whatever comes from a request must be escaped in `content` already. */
export interface OauthPage {
  readonly status: number
  readonly title: string
  /** XHTML below `<main>`. */
  readonly content: string
  /** Where its form may lead besides this server, as a source of the Content-Security-Policy. */
  readonly leadsTo?: string | undefined
}

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#1b1f24}
main{max-width:28rem;margin:8vh auto;padding:1.5rem 2rem;background:#fff;border:1px solid #d3d7dc;border-radius:8px}
h1{font-size:1.4rem;margin:0 0 1rem}
label{display:block;margin-top:1rem;font-weight:600}
input,select,button{font:inherit;box-sizing:border-box;width:100%;padding:.5rem;border:1px solid #6b7480;border-radius:4px}
button{margin-top:1.5rem;background:#0b57a4;color:#fff;border-color:#0b57a4;cursor:pointer}
:focus-visible{outline:3px solid #ffb000;outline-offset:2px}
code,em{overflow-wrap:anywhere}
`
const STYLE_HASH = hash('sha256', STYLE, 'base64')

export function renderPage({ title, content }: OauthPage): string {
  return `<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`
}

/** Nothing but its own style: no scripts, no frames around it, and no address passed on. */
export function pageHeaders({ leadsTo }: Pick<OauthPage, 'leadsTo'>): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    `form-action 'self'${leadsTo === undefined ? '' : ` ${leadsTo}`}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  }
}
