// Someone who listens to a stream of the server's.
import http, { type OutgoingHttpHeaders } from 'node:http';
import { KEY, split } from './harness.ts';

export interface Told {
	event: string;
	data: any;
	at: number; // milliseconds, by performance.now()
}

export class Listener {
	readonly told: Told[] = [];
	type = '';
	over = false; // the server ended the stream, as it should
	/** Comes when the stream is over; fails when it was cut or refused. */
	readonly end: Promise<void>;
	private text = '';
	private request: http.ClientRequest;

	constructor(address: string, path: string, headers: OutgoingHttpHeaders = { 'X-Dexatel-Key': KEY }) {
		const [host, port] = split(address);
		this.request = http.get({ host, port, path, headers, agent: false });
		this.end = new Promise((resolve, reject) => {
			this.request.on('error', reject);
			this.request.on('response', (answer) => {
				if (answer.statusCode !== 200)
					reject(new Error(`${path}: status ${answer.statusCode}`));
				this.type = answer.headers['content-type'] ?? '';
				answer.setEncoding('utf8').on('data', (piece: string) => this.take(piece));
				answer.on('error', reject);
				answer.on('end', () => {
					this.over = true;
					resolve();
				});
			});
		});
		this.end.catch(() => {}); // of interest to who waits for it alone
	}

	/** What the events of this name told, arrays one behind the other. */
	of(event: string): any[] {
		return this.told.filter((t) => t.event === event).flatMap((t) => t.data);
	}

	close(): void {
		this.request.destroy();
	}

	private take(piece: string): void {
		const whole = (this.text += piece).split('\n\n');
		this.text = whole.pop()!;
		for (const one of whole) {
			const field = (name: string) => one.split('\n').find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
			if (field('event'))
				this.told.push({ event: field('event')!, data: JSON.parse(field('data')!), at: performance.now() });
		}
	}
}
