#include "sim/fate.h"

/* One independent draw each. */
enum draw {
	DRAW_FAULT,
	DRAW_ERROR5XX,
	DRAW_REFUSE,
	DRAW_OUTCOME,
	DRAW_SENT_FIRST,
	DRAW_HELD,
	DRAW_REPLY,
	DRAW_LATENCY,
	DRAW_HELD_MS,
	DRAW_SENT_MS,
	DRAW_DELIVERED_MS,
	DRAW_READ_MS,
	DRAW_REPLY_MS,
	DRAW_LOST = 32,
	DRAW_DOUBLED = 40,
	DRAW_REORDERED = 48,
	DRAW_LATE_MS = 56,
	DRAW_DOUBLE_LATE_MS = 64,
};

struct dice {
	uint64_t seed, who;
	uint32_t attempt;
};

uint64_t sim_fate_mix(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t x = a * 0x9e3779b97f4a7c15u ^ (b + 0x7f4a7c159e3779b9u) * 0xd6e8feb86659fd93u ^ (c << 17 | c >> 47);
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	x = (x ^ x >> 29 ^ c) * 0xff51afd7ed558ccdu;
	x = (x ^ x >> 32) * 0xc4ceb9fe1a85ec53u;
	return x ^ x >> 31;
}

static uint64_t draw(const struct dice *dice, unsigned which)
{
	return sim_fate_mix(dice->seed, dice->who, (uint64_t)dice->attempt << 8 | which);
}

static uint32_t draw_ppm(const struct dice *dice, unsigned which)
{
	return (uint32_t)((draw(dice, which) >> 32) * SIM_ALL_PPM >> 32);
}

static int32_t draw_ms(const struct dice *dice, unsigned which, struct sim_span span)
{
	uint64_t width = (uint64_t)(span.max_ms - span.min_ms) + 1;
	return span.min_ms + (int32_t)((draw(dice, which) >> 32) * width >> 32);
}

static int32_t pick_code(const struct sim_codes *codes, uint32_t *ppm)
{
	for (int i = 0; i < codes->n; i++) {
		if (*ppm < codes->at[i].ppm)
			return codes->at[i].code;
		*ppm -= codes->at[i].ppm;
	}
	return 0;
}

static enum sim_fault pick_fault(const struct sim_options *o, uint32_t ppm)
{
	const struct {
		enum sim_fault fault;
		uint32_t share;
	} faults[] = {
		{SIM_FAULT_RESET_BEFORE, o->reset_before},       {SIM_FAULT_RESET_AFTER, o->reset_after},
		{SIM_FAULT_ERROR5XX_BEFORE, o->error5xx_before}, {SIM_FAULT_ERROR5XX_AFTER, o->error5xx_after},
		{SIM_FAULT_SILENT_BEFORE, o->silent_before},     {SIM_FAULT_SILENT_AFTER, o->silent_after},
	};
	for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (ppm < faults[i].share)
			return faults[i].fault;
		ppm -= faults[i].share;
	}
	return SIM_FAULT_NONE;
}

/* Failures are taken from the low end of one draw, reads and deliveries from the high end: each has its
 * exact share, and who is read is also delivered. */
static void decide_outcome(const struct sim_options *o, const struct dice *dice, struct sim_fate *fate)
{
	const uint32_t outcome = draw_ppm(dice, DRAW_OUTCOME);
	uint32_t ppm = outcome;
	fate->fail_code = pick_code(&o->fail_codes, &ppm);
	if (!fate->fail_code && ppm < o->failed_share)
		fate->fail_code = 131026;
	if (!fate->fail_code && fate->held && o->held_verdict == SIM_HELD_DROP)
		fate->fail_code = 132015;
	fate->sent_first = fate->fail_code != 132015 && (draw(dice, DRAW_SENT_FIRST) & 1);
	const uint32_t from_top = SIM_ALL_PPM - 1 - outcome;
	fate->last = fate->fail_code                 ? SIM_STATUS_FAILED
	             : from_top < o->read_share      ? SIM_STATUS_READ
	             : from_top < o->delivered_share ? SIM_STATUS_DELIVERED
	                                             : SIM_STATUS_SENT;
}

static enum sim_reply pick_reply(const struct sim_options *o, const struct dice *dice, enum sim_status last)
{
	if (last != SIM_STATUS_DELIVERED && last != SIM_STATUS_READ)
		return SIM_REPLY_NONE;
	uint32_t ppm = draw_ppm(dice, DRAW_REPLY);
	if (ppm < o->stop_share)
		return SIM_REPLY_STOP;
	return ppm - o->stop_share < o->inbound_share ? SIM_REPLY_TEXT : SIM_REPLY_NONE;
}

void sim_fate_decide(const struct sim_options *o, uint64_t who, uint32_t attempt, struct sim_fate *ret)
{
	const struct dice dice = {.seed = (uint64_t)o->seed, .who = who, .attempt = attempt};
	*ret = (struct sim_fate){0};
	ret->fault = pick_fault(o, draw_ppm(&dice, DRAW_FAULT));
	ret->error5xx = (int32_t)(draw(&dice, DRAW_ERROR5XX) >> 40);
	uint32_t ppm = draw_ppm(&dice, DRAW_REFUSE);
	ret->refuse_code = pick_code(&o->refuse_codes, &ppm);
	ret->held = draw_ppm(&dice, DRAW_HELD) < o->held_share;
	decide_outcome(o, &dice, ret);
	ret->reply = pick_reply(o, &dice, ret->last);
	ret->latency_ms = o->latency_ms + draw_ms(&dice, DRAW_LATENCY, (struct sim_span){0, o->latency_jitter_ms});
	ret->held_ms = ret->held ? draw_ms(&dice, DRAW_HELD_MS, o->held_delay) : 0;
	ret->sent_ms = draw_ms(&dice, DRAW_SENT_MS, o->sent_delay);
	ret->delivered_ms = draw_ms(&dice, DRAW_DELIVERED_MS, o->delivered_delay);
	ret->read_ms = draw_ms(&dice, DRAW_READ_MS, o->read_delay);
	ret->reply_ms = draw_ms(&dice, DRAW_REPLY_MS, o->inbound_delay);
}

void sim_fate_decide_webhook(const struct sim_options *o, uint64_t who, uint32_t attempt, enum sim_status status,
                             struct sim_webhook_fate *ret)
{
	const struct dice dice = {.seed = (uint64_t)o->seed, .who = who, .attempt = attempt};
	const unsigned s = (unsigned)status;
	*ret = (struct sim_webhook_fate){
		.lost = draw_ppm(&dice, DRAW_LOST + s) < o->webhook_lost,
		.doubled = draw_ppm(&dice, DRAW_DOUBLED + s) < o->webhook_doubled,
		.double_late_ms = draw_ms(&dice, DRAW_DOUBLE_LATE_MS + s, o->webhook_reorder),
	};
	if (draw_ppm(&dice, DRAW_REORDERED + s) < o->webhook_reordered)
		ret->late_ms = draw_ms(&dice, DRAW_LATE_MS + s, o->webhook_reorder);
}

const char *sim_status_name(enum sim_status status)
{
	static const char *const names[] = {"none", "sent", "delivered", "read", "failed"};
	return names[status];
}
