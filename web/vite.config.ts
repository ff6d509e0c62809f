import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// `CRIER=http://127.0.0.1:8080 npm run dev -w web` shows the page as it is being written, over a server that runs already.
const server = process.env.CRIER ?? 'http://127.0.0.1:8080';

/** `licenses.txt`: what the licence of each library that is built in asks to be handed on with it. */
function licenses(): Plugin {
	return {
		name: 'licenses',
		generateBundle(_, bundle) {
			const modules = Object.values(bundle).flatMap((part) => (part.type === 'chunk' ? Object.keys(part.modules) : []));
			const folders = modules.map((id) => /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]).filter((folder) => folder !== undefined);
			const texts = [...new Set(folders)].sort().map((folder) => {
				const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
				const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
				const text = file ? readFileSync(join(folder, file), 'utf8').trim() : '';
				return `${name} ${version} (${license})\n\n${text}\n`;
			});
			this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: texts.join('\n----\n\n') });
		},
	};
}

export default defineConfig({
	root: new URL('app', import.meta.url).pathname,
	cacheDir: new URL('../node_modules/.vite-web', import.meta.url).pathname,
	plugins: [react(), licenses()],
	build: {
		outDir: new URL('dist', import.meta.url).pathname,
		emptyOutDir: true,
		target: 'es2022',
		assetsInlineLimit: 0, // the page's policy lets nothing in that is written inside it
		modulePreload: { polyfill: false },
		chunkSizeWarningLimit: 800,
		rollupOptions: { output: { experimentalMinChunkSize: 20_000 } }, // each file is a question of its own
	},
	server: { proxy: { '/v1': server, '/docs': server } },
	test: {
		environment: 'jsdom',
		include: ['**/*.test.{ts,tsx}'],
		setupFiles: ['test/setup.ts'],
		testTimeout: 120_000, // against hanging: a busy machine is no failure
	},
});
