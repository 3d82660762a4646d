/** React for pages without a bundler: one module, found by an import map, in its development build, where StrictMode has its effect. */
import { createRequire } from 'node:module'
import { build } from 'esbuild'
import { type ReferenceServer, WWW } from './server'

let built: Promise<string> | undefined

/** The lines that let a page import `react` and `react-dom/client`. */
export async function addReact(server: ReferenceServer): Promise<string> {
  await server.addPage('react.js', await (built ??= bundle()))
  return `<script type="importmap">{"imports":{"react":"/react.js","react-dom/client":"/react.js"}}</script>`
}

async function bundle(): Promise<string> {
  const names = Object.keys(createRequire(import.meta.url)('react') as object)
  const contents = `
    import React from 'react'
    export default React
    export const { ${names.join(', ')} } = React
    export { createRoot } from 'react-dom/client'`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: WWW },
    bundle: true,
    format: 'esm',
    write: false,
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  return outputFiles[0]?.text ?? ''
}
