import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  plugins: [react()],
  // Relative, so that the built page can lie in any folder of any host.
  base: './',
  // The program's generated client asks for it, also while the page is served from its sources.
  define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
  build: {
    target: 'es2023',
    sourcemap: true,
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
}));
