// A receiver of webhooks, as a client would run one: it keeps what came and answers as it is told.
import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { SPEC } from './spec.ts';
import { waitUntil } from './harness.ts';

export interface Received {
	id: string; // X-Event-Id
	body: string;
	data: any;
	status: number; // what it was answered; 0 nothing
}

/** A status; or what befalls the connection; or 200 with a body of 300 KB, or with one that stops half-way. Called with the number of events that came before. */
export type Manner = (event: Received, before: number) => number | 'reset' | 'silence' | 'long' | 'half';

export class Receiver {
	readonly received: Received[] = [];
	manner: Manner = () => 200;
	secret = '';
	encoding: 'base64' | 'hex' = 'base64';
	problems: string[] = [];
	private constructor(private server: http.Server) {}

	static async start(port = 0): Promise<Receiver> {
		const server = http.createServer();
		const made = new Receiver(server);
		server.on('request', (request, response) => made.serve(request, response));
		await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
		return made;
	}

	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}/hooks`;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** What was answered 2xx, each event once, in the order of the first answers. */
	get taken(): Received[] {
		const seen = new Map<string, Received>();
		for (const event of this.received)
			if (event.status >= 200 && event.status < 300 && !seen.has(event.id))
				seen.set(event.id, event);
		return [...seen.values()];
	}

	/** The status words of each message, in the order in which they were taken. */
	words(): Map<string, string[]> {
		const words = new Map<string, string[]>();
		for (const { data } of this.taken)
			words.set(data.message_id, [...(words.get(data.message_id) ?? []), data.status]);
		return words;
	}

	when(ready: () => boolean, what: string, seconds = 30): Promise<true> {
		return waitUntil(() => ready() || null, seconds, what);
	}

	private serve(request: http.IncomingMessage, response: http.ServerResponse): void {
		const pieces: Buffer[] = [];
		request.on('data', (piece: Buffer) => pieces.push(piece));
		request.on('error', () => {});
		request.on('end', () => {
			const body = Buffer.concat(pieces);
			const event: Received = { id: String(request.headers['x-event-id']), body: body.toString('utf8'), data: JSON.parse(body.toString('utf8')).data, status: 0 };
			this.judge(request, event, body);
			const answer = this.manner(event, this.received.length);
			this.received.push(event);
			if (answer === 'reset')
				request.socket.resetAndDestroy();
			else if (answer === 'long' || answer === 'half') {
				event.status = 200;
				response.writeHead(200, { 'Content-Length': 300_000 });
				if (answer === 'long')
					response.end('x'.repeat(300_000));
				else
					response.write('x'.repeat(1000));
			} else if (answer !== 'silence') {
				event.status = answer;
				response.writeHead(answer, answer === 302 ? { Location: `${this.url}/elsewhere` } : {}).end('noted');
			}
		});
	}

	private judge(request: http.IncomingMessage, event: Received, body: Buffer): void {
		const signature = createHmac('sha256', this.secret).update(body).digest(this.encoding);
		if (request.headers['x-dexatel-signature'] !== signature)
			this.problems.push(`signature ${request.headers['x-dexatel-signature']}, not ${signature}`);
		if (request.method !== 'POST' || request.url !== '/hooks' || request.headers['content-type'] !== 'application/json')
			this.problems.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
		const schema = { message: 'MessageEvent', delivery: 'DeliveryEvent', campaign: 'CampaignEvent', sender: 'SenderEvent' }[event.data.event as string];
		try {
			SPEC.validate(`/components/schemas/${schema}`, JSON.parse(event.body));
		} catch (error) {
			this.problems.push(String(error));
		}
		const other = this.received.find((earlier) => earlier.id === event.id && earlier.body !== event.body);
		if (other)
			this.problems.push(`event ${event.id} came with two bodies`);
	}
}
