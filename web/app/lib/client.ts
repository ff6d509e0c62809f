// The page's one way to the server: the public API, with the session's cookie. Every call is noted for "copy as curl".
import { createCrier, type Schemas } from '../../client/index.ts';
import { noteCall } from './calls.ts';

export type { Schemas };
export type Fault = Schemas['Faults']['errors'][number];

/** What the server refused, with its faults in the order of the fields. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		readonly faults: Fault[],
	) {
		super(faults.map((fault) => fault.message).join('\n') || `HTTP ${status}`);
	}
}

/** There is no such thing, or no more. */
export const isGone = (error: unknown): boolean => error instanceof Refusal && error.status === 404;

/** No answer came: the server or the network is away. */
export class Unreachable extends Error {}

async function send(request: Request): Promise<Response> {
	await noteCall(request);
	try {
		return await fetch(request);
	} catch (error) {
		throw request.signal.aborted ? error : new Unreachable(String(error));
	}
}

export const crier = createCrier({ baseUrl: location.origin, fetch: send });

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The body of an answer, or the Refusal thrown. */
export async function take<T>(call: Promise<Answer<T>>): Promise<T> {
	const { data, error, response } = await call;
	if (response.ok) return data as T;
	const faults = (error as { errors?: Fault[] } | undefined)?.errors ?? [];
	throw new Refusal(response.status, faults);
}

/** The `data` of an answer. */
export async function read<T>(call: Promise<Answer<{ data: T }>>): Promise<T> {
	return (await take(call)).data;
}

/** For a form: the first fault of each field by its name, and in '' what belongs to none. `data.` before a name is left out, in what is said too. */
export function faultsByField(error: unknown): Record<string, string> {
	const ret: Record<string, string> = {};
	if (error instanceof Refusal)
		for (const fault of error.faults) {
			const field = (fault.field ?? '').replace(/^data\./, '');
			ret[field] ??= fault.message.replaceAll("'data.", "'");
		}
	else ret[''] = error instanceof Error ? error.message : String(error);
	return ret;
}
