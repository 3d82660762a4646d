/** Put in by build.mjs: the content-hashed names, relative to the bundle. */
declare const __GLUE__: string
declare const __WASM__: string
declare const __VERSION__: string

declare module '*.css' {
  const text: string
  export default text
}
