/** Put in by build.mjs: the content-hashed names, relative to the bundle. */
declare const __GLUE__: string
declare const __EXTRAS__: string
declare const __DOCTOR__: string
declare const __HIGHLIGHT__: string
declare const __EN__: string
declare const __IT__: string
declare const __AR__: string
declare const __WASM__: string
declare const __ANSWERS__: string
declare const __REST__: string
declare const __TRACE__: string
declare const __VERSION__: string

/** Where the platform's paths begin: `crates/protocol/src/endpoint.rs`. */
declare const __PREFIX__: string

declare module '*.css' {
  const text: string
  export default text
}

/** The glue of wasm-bindgen as a function: each call makes one of its own. */
declare module 'glue' {
  export default function glueOf(): import('./guard').Glue
}
