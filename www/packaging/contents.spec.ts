/** What is published, file by file. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { pack, WWW } from './project'

test('the tarball holds these files and no other', async () => {
  const { files } = await pack()
  const plain = files.map((file) => file.replace(/-[0-9a-fA-Z]{8,10}(?=\.(?:js|wasm)$)/, '-<hash>'))
  expect(plain.sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist/element.cjs',
    'dist/element.d.ts',
    'dist/element.js',
    'dist/index.cjs',
    'dist/index.d.ts',
    'dist/index.js',
    'dist/integrity.json',
    'dist/loader.js',
    'dist/miptech-chat-<hash>.js',
    'dist/miptech-chat-<hash>.wasm',
    'dist/miptech-chat-answers-<hash>.wasm',
    'dist/miptech-chat-ar-<hash>.js',
    'dist/miptech-chat-doctor-<hash>.js',
    'dist/miptech-chat-en-<hash>.js',
    'dist/miptech-chat-extras-<hash>.js',
    'dist/miptech-chat-highlight-<hash>.js',
    'dist/miptech-chat-it-<hash>.js',
    'dist/miptech-chat-rest-<hash>.wasm',
    'dist/miptech-chat-trace-<hash>.wasm',
    'dist/react.cjs',
    'dist/react.d.ts',
    'dist/react.js',
    'dist/shared-<hash>.js',
    'dist/shared-<hash>.js',
    'dist/testing.cjs',
    'dist/testing.d.ts',
    'dist/testing.js',
    'element/package.json',
    'loader/package.json',
    'package.json',
    'react/package.json',
    'testing/package.json',
  ])
})

test('no published script names a source map, a folder of this machine or a file that is not there', async () => {
  const { files } = await pack()
  for (const file of files.filter((file) => /\.c?js$/.test(file))) {
    const text = await readFile(join(WWW, file), 'utf8')
    expect(text, file).not.toMatch(/sourceMappingURL/)
    expect(text, file).not.toContain(WWW)
    for (const [, name] of text.matchAll(/["']\.\/((?:miptech-chat-|shared-|index|testing)[\w.-]*\.(?:js|cjs|wasm))["']/g)) {
      expect(files, `${file} names ${name}`).toContain(`dist/${name}`)
    }
  }
})

test('every entry leads to a file of its own for every way of asking', async () => {
  const { files } = await pack()
  const { exports, main, module, types } = JSON.parse(await readFile(join(WWW, 'package.json'), 'utf8')) as Record<string, unknown>
  const leaves = (value: unknown): string[] => (typeof value === 'string' ? [value] : Object.values(value as object).flatMap(leaves))
  const named = [...leaves(exports), main, module, types].map((path) => String(path).replace('./', ''))
  expect(named.filter((path) => !files.includes(path))).toEqual([])
  // Who knows no `exports`, as jest 27 and older compilers do, finds a folder of the entry's name.
  for (const entry of Object.keys(exports as object).filter((entry) => /^\.\/\w+$/.test(entry))) {
    const pointer = JSON.parse(await readFile(join(WWW, entry, 'package.json'), 'utf8')) as { main: string }
    expect(files).toContain(pointer.main.replace('../', ''))
  }
})

test('the licence is that of the repository', async () => {
  expect(await readFile(join(WWW, 'LICENSE'), 'utf8')).toBe(await readFile(join(WWW, '../LICENSE'), 'utf8'))
})
