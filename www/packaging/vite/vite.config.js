import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  // Pre-bundled for the development server, a package no longer lies beside its wasm.
  optimizeDeps: { exclude: ['@miptech/chat'] },
})
