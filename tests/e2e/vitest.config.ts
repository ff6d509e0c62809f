import { defineConfig } from 'vitest/config';

export default defineConfig({
	cacheDir: new URL('../../node_modules/.vite', import.meta.url).pathname,
	test: {
		root: new URL('.', import.meta.url).pathname,
		include: ['*.test.ts'],
		setupFiles: [new URL('living.ts', import.meta.url).pathname],
		pool: 'forks', // a process a file, several files at a time: their worlds know nothing of each other
		poolOptions: { forks: { maxForks: 2 } },
		testTimeout: 120_000,
		hookTimeout: 60_000,
		reporters: [new URL('reporter.ts', import.meta.url).pathname],
	},
});
