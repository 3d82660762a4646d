// Bundles the JavaScript of the package into dist/, beside the wasm and the glue that `cargo xtask build` put there.
//
//   node build.mjs --wasm miptech-chat-<hash>.wasm --glue miptech-chat-<hash>.js
import { copyFile, readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { build, transform } from 'esbuild'

const { values } = parseArgs({ options: { wasm: { type: 'string' }, glue: { type: 'string' } } })
if (!values.wasm || !values.glue) throw new Error('expected --wasm FILE and --glue FILE')

const { version } = JSON.parse(await readFile('package.json', 'utf8'))

/** Sheets are imported as minified text, for a constructed style sheet. */
const sheets = {
  name: 'sheets',
  setup(bundler) {
    bundler.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true })
      return { contents: code.trim(), loader: 'text' }
    })
  },
}

const shared = {
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'none',
  plugins: [sheets],
  define: {
    __GLUE__: JSON.stringify(`./${values.glue}`),
    __WASM__: JSON.stringify(`./${values.wasm}`),
    __VERSION__: JSON.stringify(version),
  },
  external: ['./miptech-chat-*'],
  // Every source is a module and strict by itself; the directive would only repeat it, at a price.
  tsconfigRaw: { compilerOptions: { alwaysStrict: false } },
  logLevel: 'warning',
}

await build({ ...shared, entryPoints: ['src/loader.ts'], outfile: 'dist/loader.js', format: 'iife' })
await build({ ...shared, entryPoints: ['src/index.ts'], outfile: 'dist/index.js', format: 'esm' })
await copyFile('../src/embed/types.d.ts', 'dist/index.d.ts')
