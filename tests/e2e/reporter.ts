// Tells the run as TAP, one case a test, and at the end what the whole of it must have seen.
import { readFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';
import { addSeen, noneSeen, ROOT, SPEC } from './spec.ts';
import { CODES } from './codes.ts';

export default class TapReporter implements Reporter {
	private n = 0;
	private bad = 0;
	private seen = noneSeen();
	private ended = new Set<TestModule>();
	private vitest!: Vitest;

	onInit(vitest: Vitest): void {
		this.vitest = vitest;
	}

	/** Not some files or tests only? */
	private isWhole(): boolean {
		const { filenamePattern } = this.vitest as unknown as { filenamePattern?: string[] };
		return !filenamePattern?.length && !this.vitest.config.testNamePattern;
	}

	onUserConsoleLog(log: { content: string }): void {
		process.stdout.write(log.content.replace(/^(?!#|$)/gm, '# '));
	}

	onTestModuleEnd(module: TestModule): void {
		this.ended.add(module);
		const file = module.moduleId.slice(module.moduleId.lastIndexOf('/') + 1);
		for (const test of module.children.allTests())
			this.tellTest(file, test);
		for (const error of module.errors())
			this.tell(`${file}: outside of its tests`, `${error.stack ?? error.message}`);
		const { seen } = module.meta();
		if (seen)
			addSeen(this.seen, seen);
	}

	onTestRunEnd(modules: readonly TestModule[], errors: readonly { message: string; stack?: string }[]): void {
		for (const module of modules)
			if (!this.ended.has(module))
				this.onTestModuleEnd(module); // a file that could not even be read
		for (const error of errors)
			this.tell('outside of all tests', error.stack ?? error.message);
		if (modules.length === 0)
			this.tell('there are tests', 'none was run');
		if (this.isWhole())
			this.tellSeen();
		console.log(`1..${this.n}`);
	}

	private tellTest(file: string, test: TestCase): void {
		const { state, errors } = test.result();
		const name = `${file}: ${test.fullName}`;
		if (state === 'skipped')
			return this.tell(`${name} # SKIP`);
		const said = (errors ?? []).map((error) => `${error.stack ?? error.message}\n${plain(error.diff)}`).join('\n');
		this.tell(name, state === 'passed' ? undefined : said || state);
	}

	private tellSeen(): void {
		this.tell('every route of docs/openapi.yaml was answered with success', SPEC.neverSucceeded(this.seen).join('\n'));
		this.tell('every code was met through HTTP', this.neverMet().join('\n'));
		console.log(`# ${this.seen.checked} answers were judged by docs/openapi.yaml`);
		for (const line of SPEC.neverSeen(this.seen))
			console.log(`# never seen: ${line}`);
	}

	/** Codes of the program's table that no test has met, but for those that docs/contract.md says cannot be met so. */
	private neverMet(): string[] {
		const excused = readFileSync(new URL('docs/contract.md', ROOT), 'utf8').matchAll(/\b(1\d{3}) \*cannot occur\*/g);
		const met = new Set([...Object.values(this.seen.codes).flat().map((code) => code.split(' ')[1]), ...[...excused].map(([, code]) => code)]);
		return [...CODES.values()].map(({ code }) => String(code)).filter((code) => !met.has(code));
	}

	private tell(name: string, error = ''): void {
		this.n++;
		this.bad += error ? 1 : 0;
		console.log(`${error ? 'not ok' : 'ok'} ${this.n} - ${name.replace(/[\n#]/g, (c) => (c === '#' && name.endsWith('# SKIP') ? c : ' '))}`);
		for (const line of error.split('\n').filter(Boolean))
			console.log(`# ${line}`);
	}
}

const plain = (colored = '') => colored.replace(/\u001b\[\d+m/g, '');
