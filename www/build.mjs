// Bundles the JavaScript of the package into dist/, beside the wasm that `cargo xtask build` put there.
//
//   node build.mjs --wasm FIRST,ANSWERS,REST,TRACE --glue PATH
import { createHash } from 'node:crypto'
import { copyFile, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { build, transform } from 'esbuild'
import { minify } from 'terser'

const { values } = parseArgs({ options: { wasm: { type: 'string' }, glue: { type: 'string' } } })
if (!values.wasm || !values.glue) throw new Error('expected --wasm FILES and --glue PATH')

/** The wasm in its parts, the first one first. */
const parts = values.wasm.split(',')

const { version } = JSON.parse(await readFile('package.json', 'utf8'))

/** What esbuild leaves in a sheet: blanks before the value of a custom property, quotes around a word. */
const tight = (sheet) => sheet.replaceAll(/(--[\w-]+): /g, '$1:').replaceAll(/="([a-z-]+)"/g, '=$1').replaceAll(', ', ',')

/** Sheets are imported as minified text, for a constructed style sheet. */
const sheets = {
  name: 'sheets',
  setup(bundler) {
    bundler.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true })
      return { contents: tight(code.trim()), loader: 'text' }
    })
  },
}

/** The table of checks without what only `docs/TROUBLESHOOTING.md` says. */
const checks = {
  name: 'checks',
  setup(bundler) {
    bundler.onLoad({ filter: /checks\.json$/ }, async ({ path }) => {
      const table = JSON.parse(await readFile(path, 'utf8'), (name, value) => (name === 'symptom' || name === 'codes' ? undefined : value))
      return { contents: JSON.stringify(table), loader: 'json' }
    })
  },
}

/** The glue is a module with one instance in it; as a function it can be had anew after a crash. */
const glue = {
  name: 'glue',
  setup(bundler) {
    bundler.onResolve({ filter: /^glue$/ }, () => ({ path: values.glue, namespace: 'glue' }))
    bundler.onLoad({ filter: /.*/, namespace: 'glue' }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { format: 'esm', treeShaking: true, target: 'es2022' })
      const [body, names] = code.split(/\nexport \{([^}]+)\};?\n*$/)
      if (!names) throw new Error('the glue does not end with its exports')
      return { contents: `export default function () {\n${body}\nreturn {${names.replace(/(\w+) as (\w+)/g, '$2: $1')}}\n}` }
    })
  },
}

/**
 * What loader and chunk call each other's things by. Nothing else may be called so: not in the glue, not in the DOM.
 * The letters are those that minified code is full of, which a compressor has short codes for.
 */
const SHORT = Object.fromEntries(
  'engine field finish handle holders hostElement isGone life lines openedBy queue raise redraw say shell widget'.split(' ').map((name, index) => [name, 'tlyodnspfaihxweg'[index]]),
)

/** Where the platform's paths begin, which is written in one place only. */
const [, prefix] = /^const PREFIX: &str = "([^"]+)";$/m.exec(await readFile('../crates/protocol/src/endpoint.rs', 'utf8')) ?? []
if (!prefix) throw new Error('crates/protocol/src/endpoint.rs has no PREFIX')

const shared = {
  bundle: true,
  minify: true,
  charset: 'utf8',
  target: 'es2022',
  legalComments: 'none',
  plugins: [sheets, checks, glue],
  define: {
    ...Object.fromEntries(['__WASM__', '__ANSWERS__', '__REST__', '__TRACE__'].map((name, place) => [name, JSON.stringify(`./${parts[place]}`)])),
    __PREFIX__: JSON.stringify(prefix),
    __VERSION__: JSON.stringify(version),
  },
  external: ['./miptech-chat-*'],
  mangleProps: new RegExp(`^(${Object.keys(SHORT).join('|')})$`),
  mangleCache: SHORT,
  // Every source is a module and strict by itself; the directive would only repeat it, at a price.
  tsconfigRaw: { compilerOptions: { alwaysStrict: false } },
  logLevel: 'warning',
}

/** Bundles what every visitor downloads; a second minifier finds two more bytes in a hundred. */
async function bundled(source, format) {
  const { outputFiles } = await build({ ...shared, entryPoints: [source], format, write: false })
  const { code } = await minify(outputFiles[0].text, { compress: { passes: 3 }, ecma: 2020, module: format === 'esm', toplevel: true, format: { ascii_only: false } })
  return `${code}\n`
}

const named = (stem, contents) => `${stem}-${createHash('sha256').update(contents).digest('hex').slice(0, 10)}.js`

/** The words of a language in the order of the English keys that the wasm knows, which `build/words.rs` makes. */
async function pack(tag) {
  const [english, catalogue] = await Promise.all(['en', tag].map(async (tag) => JSON.parse(await readFile(`../src/ui/strings/${tag}.arb`, 'utf8'))))
  const isLater = (key) => english[`@${key}`]?.['x-part'] === 'rest'
  const keys = Object.keys(english).filter((key) => !key.startsWith('@')).sort()
  return Object.fromEntries([...keys.filter((key) => !isLater(key)), ...keys.filter(isLater)].map((key) => [key, catalogue[key]]))
}

/** Bundles a module that is fetched by the name its content gives it. */
async function hashed(source, stem) {
  const contents = await bundled(source, 'esm')
  const name = named(stem, contents)
  await writeFile(`dist/${name}`, contents)
  return name
}

for (const name of await readdir('dist')) if (/^miptech-chat-.*\.js$/.test(name)) await rm(`dist/${name}`)
// Whoever fetches knows the name of what is fetched, so that comes first.
const doctor = await hashed('src/doctor.ts', 'miptech-chat-doctor')
shared.define.__DOCTOR__ = JSON.stringify(`./${doctor}`)
const highlight = await hashed('src/highlight.ts', 'miptech-chat-highlight')
shared.define.__HIGHLIGHT__ = JSON.stringify(`./${highlight}`)
const extras = await hashed('src/extras.ts', 'miptech-chat-extras')
shared.define.__EXTRAS__ = JSON.stringify(`./${extras}`)
const packs = []
for (const tag of ['en', 'it', 'ar']) {
  const contents = `export default ${JSON.stringify(await pack(tag))}\n`
  const name = named(`miptech-chat-${tag}`, contents)
  await writeFile(`dist/${name}`, contents)
  shared.define[`__${tag.toUpperCase()}__`] = JSON.stringify(`./${name}`)
  packs.push(name)
}
const chunk = await hashed('src/engine.ts', 'miptech-chat')
shared.define.__GLUE__ = JSON.stringify(`./${chunk}`)
await writeFile('dist/loader.js', await bundled('src/loader.ts', 'iife'))
// The modules share one file under a hashed name, and with it their widgets.
for (const name of await readdir('dist')) {
  if (name.startsWith('shared-')) await rm(`dist/${name}`)
}
const modules = { ...shared, outdir: 'dist', format: 'esm', external: ['./miptech-chat-*', 'react'] }
await build({ ...modules, entryPoints: ['src/index.ts', 'src/element.ts', 'src/react.ts'], splitting: true, chunkNames: 'shared-[hash]' })
await build({ ...modules, entryPoints: ['src/testing.ts'] })

/** In CommonJS all entries stand on the one for tests: there is no `import.meta`, so there is no widget. */
const testing = {
  name: 'testing',
  setup(bundler) {
    bundler.onResolve({ filter: /\/(?:module|testing)$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: './testing.cjs', external: true },
    )
  },
}
const stubs = { ...modules, format: 'cjs', outExtension: { '.js': '.cjs' }, plugins: [...shared.plugins, testing] }
const entries = { index: 'src/stub.ts', element: 'src/element.ts', react: 'src/react.ts', testing: 'src/testing.ts' }
await build({ ...stubs, entryPoints: entries })

// The names of the words are public, so the types name all of them, and no others.
const types = await readFile('../src/embed/types.d.ts', 'utf8')
const [, union] = /export type ChatString =([^\n]*(?:\n  \|[^\n]*)*)/.exec(types) ?? []
const typed = union?.match(/(?<=')\w+/g)?.filter((name) => /^[a-z]/.test(name)).sort() ?? []
const words = Object.keys(await pack('en')).sort()
if (`${typed}` !== `${words}`) throw new Error(`ChatString in types.d.ts and en.arb differ: ${[...typed, ...words].filter((word, _, all) => all.indexOf(word) === all.lastIndexOf(word))}`)
await copyFile('../src/embed/types.d.ts', 'dist/index.d.ts')
for (const name of ['element', 'react', 'testing']) await copyFile(`types/${name}.d.ts`, `dist/${name}.d.ts`)

/** What a tag or a policy may pin: the hash of every file a page loads, in the form of the `integrity` attribute. */
const integrity = {}
const sharing = (await readdir('dist')).filter((name) => name.startsWith('shared-')).sort()
for (const name of ['loader.js', 'index.js', 'element.js', 'react.js', ...sharing, chunk, extras, doctor, highlight, ...packs, ...parts]) {
  integrity[name] = `sha384-${createHash('sha384').update(await readFile(`dist/${name}`)).digest('base64')}`
}
await writeFile('dist/integrity.json', `${JSON.stringify({ version, files: integrity }, null, 2)}\n`)
