#pragma once
/* Where a program under test dies: FAILPOINT(claim_after) stands at a place of base/failpoints.def. With the build option
 * `failpoints`, the environment's CRIER_FAILPOINT=claim_after:3 makes the third passing there end the process by SIGKILL, at once
 * and with nothing flushed. Any thread. Without the option, as in a release, a failpoint is nothing. */

#ifdef CRIER_FAILPOINTS

enum failpoint {
#define FAILPOINT_AT(name) FAILPOINT_##name,
#include "base/failpoints.def"
#undef FAILPOINT_AT
};

/* Aborts when CRIER_FAILPOINT names no failpoint, or no passing of it. */
void failpoint_pass(enum failpoint at);
#define FAILPOINT(name) failpoint_pass(FAILPOINT_##name)

#else

#define FAILPOINT(name) ((void)0)

#endif
