import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// `CRIER=http://127.0.0.1:8080 npm run dev -w web` shows the page as it is being written, over a server that runs already.
const server = process.env.CRIER ?? 'http://127.0.0.1:8080';

export default defineConfig({
	root: new URL('app', import.meta.url).pathname,
	cacheDir: new URL('../node_modules/.vite-web', import.meta.url).pathname,
	plugins: [react()],
	build: {
		outDir: new URL('dist', import.meta.url).pathname,
		emptyOutDir: true,
		target: 'es2022',
		assetsInlineLimit: 0, // the page's policy lets nothing in that is written inside it
		modulePreload: { polyfill: false },
		chunkSizeWarningLimit: 800,
	},
	server: { proxy: { '/v1': server, '/docs': server } },
	test: {
		environment: 'jsdom',
		include: ['**/*.test.{ts,tsx}'],
		setupFiles: ['test/setup.ts'],
	},
});
