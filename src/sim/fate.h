#pragma once
/* What becomes of a message, drawn from the seed, the recipient and how often it was asked; never from the
 * time or the order of threads. Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "sim/options.h"

enum sim_fault {
	SIM_FAULT_NONE,
	SIM_FAULT_RESET_BEFORE,
	SIM_FAULT_RESET_AFTER,
	SIM_FAULT_ERROR5XX_BEFORE,
	SIM_FAULT_ERROR5XX_AFTER,
	SIM_FAULT_SILENT_BEFORE,
	SIM_FAULT_SILENT_AFTER,
};

enum sim_reply { SIM_REPLY_NONE, SIM_REPLY_TEXT, SIM_REPLY_STOP };

/* Statuses as ranks; a message only rises. */
enum sim_status { SIM_STATUS_NONE, SIM_STATUS_SENT, SIM_STATUS_DELIVERED, SIM_STATUS_READ, SIM_STATUS_FAILED };

struct sim_fate {
	enum sim_fault fault;
	int32_t refuse_code; /* refused in the answer; 0: not */
	int32_t error5xx;    /* which of the 5xx answers, for those faults */
	bool held;
	int32_t fail_code;                                                     /* fails by webhook; 0: not */
	bool sent_first;                                                       /* a failing one is `sent` before */
	enum sim_status last;                                                  /* where it ends */
	enum sim_reply reply;                                                  /* only of messages that are delivered */
	int32_t latency_ms, held_ms, sent_ms, delivered_ms, read_ms, reply_ms; /* each after the one before */
};

struct sim_webhook_fate {
	bool lost, doubled;
	int32_t late_ms;        /* > 0: held back */
	int32_t double_late_ms; /* pause before the second copy */
};

/* A well-mixed number from three. */
uint64_t sim_fate_mix(uint64_t a, uint64_t b, uint64_t c);

/* `who` is the recipient (sim_entry.who), `attempt` counts its requests that came past the limits, from 1. */
void sim_fate_decide(const struct sim_options *options, uint64_t who, uint32_t attempt, struct sim_fate *ret);
/* The same for one webhook of that message. */
void sim_fate_decide_webhook(const struct sim_options *options, uint64_t who, uint32_t attempt, enum sim_status status,
                             struct sim_webhook_fate *ret);
const char *sim_status_name(enum sim_status status);
