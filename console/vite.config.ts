// How the console is built: files that a strict content policy can serve. Nothing is inlined, nothing comes from elsewhere, every asset is named by
// its content so that browsers may keep it for ever.

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const GATEWAY = process.env['SALLYPORT_CONSOLE_API'] ?? 'http://127.0.0.1:7630';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The largest page brings the editor; it is loaded when somebody edits.
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: '127.0.0.1',
    // While working on pages: data comes from a running gateway, which answers nobody but its own pages.
    proxy: { '/api': { target: GATEWAY, changeOrigin: true, headers: { origin: GATEWAY } } },
  },
});
