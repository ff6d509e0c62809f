#pragma once
/* Inside of the control side (/_sim/): what control.c and control_view.c share. Not a door. */

#include "sim/internal.h"

/* Replace the answer by {"error":text}. */
void sim_control_fault(struct sim_answer *answer, int status, const char *text);
sim_handler_fn sim_control_ledger, sim_control_stats, sim_control_faults, sim_control_media; /* the GETs */
