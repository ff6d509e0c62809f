// The typed client: every path, parameter, body and answer as docs/openapi.yaml has them. `schema.d.ts` is generated from that
// file by `make`.
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './schema.d.ts';

export type { components, operations, paths } from './schema.d.ts';
export type Crier = Client<paths>;
export type Schemas = components['schemas'];

export interface CrierOptions {
	baseUrl: string; // http://host:port
	key?: string; // sent as X-Dexatel-Key; without it only the open routes answer
	fetch?: (request: Request) => Promise<Response>;
}

export function createCrier({ baseUrl, key, fetch }: CrierOptions): Crier {
	return createClient<paths>({ baseUrl, fetch, headers: key === undefined ? {} : { 'X-Dexatel-Key': key } });
}
