// Starting the program, calling it, and waiting on conditions with a deadline. Knows nothing of the specification.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import http from 'node:http';
import type { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';

export const KEY = 'test-admin-key-0123456789';
export const NUMBER = '448081570123'; // of a range kept for drama; the simulator shows an id that reads like a number as that number
export const WABA = '102290129340398';
export const SECRET = 'app-secret-of-the-tests';
export const TOKEN = 'EAAtoken-of-the-tests';

/** The program that is tested: CRIER, or what `make test` builds. */
export const crier = () => process.env.CRIER ?? new URL('../../build-test/src/app/crier', import.meta.url).pathname;

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The first true value of ready(). */
export async function waitUntil<T>(ready: () => Promise<T> | T, seconds: number, what: string): Promise<NonNullable<T>> {
	const deadline = performance.now() + seconds * 1000;
	for (;;) {
		const value = await ready();
		if (value)
			return value;
		if (performance.now() > deadline)
			throw new Error(`${what} did not come within ${seconds} s`);
		await sleep(20);
	}
}

const living = new Set<ChildProcess>();
process.on('exit', killTheLiving);

/** What runs still, as its command lines; none of it does any more. */
export function killTheLiving(): string[] {
	const left = [...living].map((child) => child.spawnargs.join(' '));
	living.forEach((child) => child.kill('SIGKILL'));
	return left;
}

/** `crier ARGV… --ready-fd N`, ready when start() returns. Its output goes to `log`. */
export class Process {
	address = ''; // host:port
	private over: Promise<number>;

	private constructor(
		private child: ChildProcess,
		readonly log: string,
	) {
		living.add(child);
		this.over = new Promise((resolve) =>
			child.on('exit', (status, signal) => {
				living.delete(child);
				resolve(status ?? (signal ? -1 : 0));
			}),
		);
	}

	static async start(argv: string[], log: string, env: NodeJS.ProcessEnv = {}): Promise<Process> {
		const output = openSync(log, 'a');
		const child = spawn(crier(), [...argv, '--ready-fd', '3'], {
			stdio: ['ignore', output, output, 'pipe'],
			env: { ...process.env, ...env },
		});
		closeSync(output);
		const started = new Process(child, log);
		started.address = await firstLine(child.stdio[3] as Readable);
		if (!started.address) {
			await started.over;
			throw new Error(`${argv[0]} did not start: ${started.output().slice(-2000)}`);
		}
		return started;
	}

	get pid(): number {
		return this.child.pid!;
	}

	output(): string {
		return readFileSync(this.log, 'utf8');
	}

	/** SIGTERM, SIGKILL when that does not help; its exit status. */
	async stop(seconds = 15): Promise<number> {
		this.child.kill('SIGTERM');
		const late = setTimeout(() => this.child.kill('SIGKILL'), seconds * 1000);
		const status = await this.over;
		clearTimeout(late);
		return status;
	}

	/** SIGKILL; returns when it is gone. */
	async kill(): Promise<void> {
		this.child.kill('SIGKILL');
		await this.over;
	}
}

function firstLine(stream: Readable): Promise<string> {
	return new Promise((resolve) => {
		let text = '';
		stream.setEncoding('utf8');
		stream.on('data', (piece: string) => {
			text += piece;
		});
		stream.on('close', () => resolve(text.trim()));
	});
}

export class Answer {
	constructor(
		readonly status: number,
		readonly headers: http.IncomingHttpHeaders,
		readonly body: Buffer,
	) {}

	get text(): string {
		return (this.headers['content-encoding'] === 'gzip' ? gunzipSync(this.body) : this.body).toString('utf8');
	}

	get tree(): any {
		return JSON.parse(this.text);
	}

	get data(): any {
		return this.tree.data;
	}
}

export interface Ask {
	method: string;
	target: string; // path and query, sent as they are
	headers?: http.OutgoingHttpHeaders;
	body?: string | Uint8Array;
	timeoutMs?: number;
}

/** The stream of an account's lists never ends: what it tells first is the answer. */
const ENDLESS = /^\/v1\/events(\?|$)/;

/** One request on a connection of its own. */
export function ask(address: string, { method, target, headers, body, timeoutMs = 30_000 }: Ask): Promise<Answer> {
	const [host, port] = split(address);
	return new Promise((resolve, reject) => {
		const request = http.request({ host, port, method, path: target, headers: { ...headers }, agent: false }, (response) => {
			const pieces: Buffer[] = [];
			const answer = () => new Answer(response.statusCode!, response.headers, Buffer.concat(pieces));
			response.on('data', (piece: Buffer) => {
				pieces.push(piece);
				if (ENDLESS.test(target) && response.statusCode === 200 && answer().text.includes('\n\n')) {
					resolve(answer());
					request.destroy();
				}
			});
			response.on('error', reject);
			response.on('end', () => resolve(answer()));
		});
		request.on('error', reject);
		request.setTimeout(timeoutMs, () => request.destroy(new Error(`${method} ${target}: no answer within ${timeoutMs} ms`)));
		if (body !== undefined)
			request.setHeader('Content-Length', Buffer.byteLength(body));
		request.end(body);
	});
}

export function split(address: string): [string, number] {
	const colon = address.lastIndexOf(':');
	return [address.slice(0, colon), Number(address.slice(colon + 1))];
}

export const contact = (i: number) => ({ number: `+4474${String(i).padStart(8, '0')}`, first_name: `P${i}`, custom1: `order ${i}` });
export const digits = (number: string) => number.replace(/^\+/, '');

export function contactsCsv(n: number): string {
	const rows = Array.from({ length: n }, (_, i) => contact(i)).map((c) => `${c.number},${c.first_name},${c.custom1}`);
	return `number,first_name,custom1\n${rows.join('\n')}\n`;
}

/** `yyyy-mm-dd hh:mm:ss` so many seconds from now. */
export const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
